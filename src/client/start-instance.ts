import type { AnyOrchestration } from "../definition/index.ts";
import { InvalidArgumentError } from "../errors/index.ts";
import { checkObject } from "../values/index.ts";
import type { ClientContext } from "./client-context.ts";
import { createInstances } from "./create-instances.ts";
import type { InstanceHandle } from "./instance-handle.ts";
import { newStart } from "./new-start.ts";

export interface StartOptions {
  /** Default: a random one. */
  readonly instanceId?: string;
  /** Default: that of the definition; of a name, the latest on the node that takes the start. */
  readonly version?: string;
  /** If the id is in use: its instance as it is, or an `InstanceExistsError`. Default `"use"`. */
  readonly onConflict?: "use" | "fail";
}

export async function startInstance(
  client: ClientContext,
  { orchestration, input }: { readonly orchestration: AnyOrchestration | string; readonly input: unknown },
  options: StartOptions = {},
): Promise<InstanceHandle<unknown>> {
  checkObject(options, "options");
  const { instanceId, version, onConflict = "use" } = options;
  if (onConflict !== "use" && onConflict !== "fail") {
    throw new InvalidArgumentError(`onConflict must be "use" or "fail", not ${JSON.stringify(onConflict)}.`);
  }
  const { host, payloadBytes } = client;
  const start = newStart({ host, orchestration, input, instanceId, version, payloadBytes, path: "input" });
  const handles = await createInstances(client, [start], onConflict);
  return handles[0] as InstanceHandle<unknown>;
}
