import {
  type AnyActivity,
  type ActivityCall,
  type AnySchema,
  type AwaitOptions,
  type CheckedValue,
  type DetachedStart,
  type Orchestration,
  checkValue,
  isDefinition,
} from "../definition/index.ts";
import { InvalidArgumentError } from "../errors/index.ts";
import {
  checkInstanceId,
  checkName,
  checkNameBytes,
  checkObject,
  describeArgument,
  parseVersion,
} from "../values/index.ts";
import type { EngineOptions } from "./engine-options.ts";

/** What judges arguments by what is known only where the orchestration runs: see `ReplayEngine`. */
interface Judge {
  readonly options: Pick<EngineOptions, "activityOf">;
  maxBytes(limit: "nameBytes" | "idBytes"): number;
}

/** @param what the options are of, as in `activity "charge"`. */
export function checkCall(call: AwaitOptions, what: string): void {
  checkObject(call, `${what} options`);
  const signal: unknown = call.signal;
  if (signal === undefined || isAbortSignal(signal)) return;
  throw new InvalidArgumentError(`The signal of ${what} is ${describeArgument(signal)}. Give an AbortSignal.`);
}

export function checkVersionOption(options: { readonly version?: string }, what: string): { version?: string } {
  checkObject(options, `${what} options`);
  if (options.version === undefined) return {};
  parseVersion(options.version);
  return { version: options.version };
}

export function activityTarget(
  target: AnyActivity | string,
  call: ActivityCall,
  judge: Judge,
): { name: string; queue: string; scheduleToStartMs: number | undefined } {
  const name = definitionName(target, "activity", judge);
  checkCall(call, `activity "${name}"`);
  if (call.queue !== undefined) checkName(call.queue, "queue", judge.maxBytes("nameBytes"));
  const own = typeof target === "string" ? judge.options.activityOf(name) : target;
  return { name, queue: call.queue ?? own?.queue ?? "default", scheduleToStartMs: own?.policy.scheduleToStartMs };
}

export function orchestrationTarget(
  target: unknown,
  call: DetachedStart & AwaitOptions,
  judge: Judge,
): { name: string; instanceId: string | undefined; version?: string } {
  const name = definitionName(target, "orchestration", judge);
  const what = `orchestration "${name}"`;
  checkCall(call, what);
  const version = checkVersionOption(call, what);
  const { instanceId } = call;
  if (instanceId !== undefined) checkInstanceId(instanceId, "instanceId", judge.maxBytes("idBytes"));
  return { name, instanceId, ...version };
}

function definitionName(target: unknown, kind: "activity" | "orchestration", judge: Judge): string {
  if (typeof target === "string") {
    checkName(target, `${kind} name`, judge.maxBytes("nameBytes"));
    return target;
  }
  if (isDefinition(target, kind)) {
    checkNameBytes(target.name, `${kind} name`, judge.maxBytes("nameBytes"));
    return target.name;
  }
  throw new InvalidArgumentError(
    `Got ${describeArgument(target)} as the ${kind}. Give what ${kind}() returned, or the name of one.`,
  );
}

/** The input of a call, by the schema of its target; one that is called by its name has none here. */
export function checkedInput(
  target: AnyActivity | Orchestration<never, unknown> | string,
  input: unknown,
  version?: string,
): CheckedValue {
  if (typeof target === "string") return { value: input };
  // Another version may take something else: it is for that one to say, when it starts.
  if (target.kind === "orchestration" && version !== undefined && version !== target.version) return { value: input };
  const checked = checkValue(input, target.input, `The input of ${target.kind} "${target.name}"`);
  // Without a version it is the latest one that starts, and that may be another: it gets what the caller gave.
  return target.kind === "orchestration" && version === undefined ? { value: input } : checked;
}

export const channelSchema = (target: { readonly schema?: AnySchema } | string): AnySchema | undefined =>
  typeof target === "string" ? undefined : target.schema;

export function channelName(target: unknown, kind: "event" | "mailbox", judge: Judge): string {
  const name = isDefinition(target, kind) ? target.name : target;
  if (typeof name !== "string") {
    throw new InvalidArgumentError(
      `Got ${describeArgument(name)} as the ${kind}. Give what ${kind}() returned, or a name.`,
    );
  }
  checkName(name, `${kind} name`, judge.maxBytes("nameBytes"));
  return name;
}

// By what it can do, so that a polyfill's will do too.
function isAbortSignal(signal: unknown): signal is AbortSignal {
  const { aborted, addEventListener } = (signal ?? {}) as Partial<AbortSignal>;
  return typeof aborted === "boolean" && typeof addEventListener === "function";
}
