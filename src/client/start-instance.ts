import type { AnyOrchestration } from "../definition/index.ts";
import { InvalidArgumentError } from "../errors/index.ts";
import { checkObject } from "../values/index.ts";
import type { ClientContext } from "./client-context.ts";
import { createInTransaction, createInstances } from "./create-instances.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { newStart } from "./new-start.ts";

/** How an instance is started. */
export interface StartOptions {
  /** Default: a random one. */
  readonly instanceId?: string;
  /** Default: that of the definition; of a name, the latest on the node that takes the start. */
  readonly version?: string;
  /** If the id is in use: its instance as it is, or an `InstanceExistsError`. Default `"use"`. */
  readonly onConflict?: "use" | "fail";
  /**
   * An open transaction of yours on the store's database: the start is committed or undone with it. On PostgreSQL a
   * client of `pg`; on SQLite a `DatabaseSync` on the same file, or what `provider.transaction()` gives; on both what
   * a transactional activity is given.
   */
  readonly transaction?: object;
}

interface Target {
  readonly orchestration: AnyOrchestration | string;
  readonly input: unknown;
}

/**
 * With a transaction of a synchronous store all is done when this returns, and what is wrong is thrown: its user may
 * well commit before anything that is awaited goes on.
 */
export function startInstance(
  client: ClientContext,
  target: Target,
  options: StartOptions = {},
): Promise<InstanceHandle<unknown>> {
  const isInTransaction = typeof options === "object" && options !== null && "transaction" in options;
  return isInTransaction ? startInTransaction(client, target, options) : startAlone(client, target, options);
}

async function startAlone(
  client: ClientContext,
  target: Target,
  options: StartOptions,
): Promise<InstanceHandle<unknown>> {
  const { start, onConflict } = checkedStart(client, target, options);
  return (await createInstances(client, [start], onConflict))[0] as InstanceHandle<unknown>;
}

function startInTransaction(
  client: ClientContext,
  target: Target,
  options: StartOptions,
): Promise<InstanceHandle<unknown>> {
  const { start, onConflict } = checkedStart(client, target, options);
  return createInTransaction(client, { start, onConflict, transaction: options.transaction });
}

function checkedStart({ host, limits }: ClientContext, { orchestration, input }: Target, options: StartOptions) {
  checkObject(options, "options");
  const { instanceId, version, onConflict = "use" } = options;
  if (onConflict !== "use" && onConflict !== "fail") {
    throw new InvalidArgumentError(`onConflict must be "use" or "fail", not ${JSON.stringify(onConflict)}.`);
  }
  return {
    start: newStart({ host, orchestration, input, instanceId, version, limits, path: "input" }),
    onConflict,
  };
}
