import type { NewInstance } from "../contract.ts";

/** A start as `start_instances` takes it: `n` is its place, from 1, and `t` that of its turn. */
export function encodeStart(start: NewInstance, n: number, t: number | null) {
  const { instanceId, runId, name, version, handler, parent, message } = start;
  return {
    n,
    t,
    id: instanceId,
    run: runId,
    name,
    version,
    handler,
    pi: parent?.instanceId ?? null,
    pr: parent?.runId ?? null,
    pe: parent?.executionId ?? null,
    pv: parent?.eventId ?? null,
    body: message.body,
    payload: message.payload,
  };
}
