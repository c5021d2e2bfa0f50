import { type AnyOrchestration, startHandler } from "../definition/index.ts";
import { InvalidArgumentError } from "../errors/index.ts";
import { encodeMessage } from "../history/index.ts";
import type { NewInstance } from "../providers/contract.ts";
import { checkInstanceId, checkName, encodeValue, parseVersion, randomId } from "../values/index.ts";

export interface StartArguments {
  readonly orchestration: AnyOrchestration | string;
  readonly input: unknown;
  readonly instanceId: string | undefined;
  readonly version: string | undefined;
  readonly payloadBytes: number;
  /** What the input is to the caller, as in `input`. */
  readonly path: string;
}

/** Checks the arguments of a start, and makes of them what is stored: the routing row and the first message. */
export function newStart(start: StartArguments): NewInstance {
  const { name, version } = resolve(start);
  const instanceId = start.instanceId ?? randomId();
  checkInstanceId(instanceId, "instanceId");
  const runId = randomId();
  const payload = encodeValue(start.input, { path: start.path, maxBytes: start.payloadBytes });
  const versionField = version === undefined ? {} : { version };
  return {
    instanceId,
    runId,
    name,
    version: version ?? null,
    handler: startHandler(name, version),
    parent: null,
    message: encodeMessage({ kind: "Start", runId, executionId: 1, name, ...versionField, payload }),
    onConflict: null,
  };
}

/** A definition means its own version, and a name the latest one, unless the caller asks for a version. */
function resolve({ orchestration, version }: StartArguments): { name: string; version: string | undefined } {
  if (version !== undefined) parseVersion(version);
  if (typeof orchestration === "string") {
    checkName(orchestration, "orchestration name");
    return { name: orchestration, version };
  }
  if ((orchestration as { kind?: unknown } | null | undefined)?.kind !== "orchestration") {
    throw new InvalidArgumentError("Give what orchestration() returned, or the name of an orchestration.");
  }
  return { name: orchestration.name, version: version ?? orchestration.version };
}
