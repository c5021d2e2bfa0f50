import { type AnyOrchestration, type AnySchema, checkValue, isDefinition, startHandler } from "../definition/index.ts";
import { InvalidArgumentError } from "../errors/index.ts";
import type { Host } from "../host/index.ts";
import { encodeMessage } from "../history/index.ts";
import { channels, type StartMessage } from "../observability/index.ts";
import type { NewInstance } from "../providers/contract.ts";
import { checkInstanceId, checkName, checkNameBytes, encodeValue, parseVersion } from "../values/index.ts";
import type { ClientLimits } from "./client-context.ts";

export interface StartArguments {
  readonly host: Host;
  readonly orchestration: AnyOrchestration | string;
  readonly input: unknown;
  readonly instanceId: string | undefined;
  readonly version: string | undefined;
  readonly limits: Omit<ClientLimits, "mailboxDepth">;
  /** What the input is to the caller, as in `input`. */
  readonly path: string;
}

/** Checks the arguments of a start, and makes of them what is stored: the routing row and the first message. */
export function newStart(start: StartArguments): NewInstance {
  const { name, version, schema } = resolve(start);
  const { host, instanceId = host.newId() } = start;
  checkInstanceId(instanceId, "instanceId", start.limits.idBytes);
  const runId = host.newId();
  const { value, validated } = checkValue(start.input, schema, `The input of orchestration "${name}"`);
  const payload = encodeValue(value, { path: start.path, maxBytes: start.limits.payloadBytes });
  const trace = traceOf(instanceId, name);
  const fields = {
    ...(version !== undefined && { version }),
    ...(validated && { validated }),
    ...(trace !== undefined && { trace }),
    payload,
  };
  return {
    instanceId,
    runId,
    name,
    version: version ?? null,
    handler: startHandler(name, version),
    parent: null,
    message: encodeMessage({ kind: "Start", runId, executionId: 1, name, ...fields }),
    onConflict: null,
  };
}

/** What a listener wants to be stored with the instance. */
function traceOf(instanceId: string, name: string): string | undefined {
  if (!channels.start.hasListeners) return undefined;
  const message: StartMessage = { instanceId, name };
  channels.start.tell(message);
  return message.trace;
}

/** A definition means its own version, and a name the latest one, unless the caller asks for a version. */
function resolve({ orchestration, version, limits }: StartArguments): {
  readonly name: string;
  readonly version: string | undefined;
  readonly schema?: AnySchema | undefined;
} {
  if (version !== undefined) parseVersion(version);
  if (typeof orchestration === "string") {
    checkName(orchestration, "orchestration name", limits.nameBytes);
    return { name: orchestration, version };
  }
  if (!isDefinition(orchestration, "orchestration")) {
    throw new InvalidArgumentError("Give what orchestration() returned, or the name of an orchestration.");
  }
  checkNameBytes(orchestration.name, "orchestration name", limits.nameBytes);
  const isOwnVersion = version === undefined || version === orchestration.version;
  return {
    name: orchestration.name,
    version: version ?? orchestration.version,
    // Another version may take something else: it is for that one to say, when it starts.
    schema: isOwnVersion ? orchestration.input : undefined,
  };
}
