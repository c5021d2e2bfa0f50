import { type ParentLink, type StartMessage, decodeEvent } from "../history/index.ts";
import type { Instance } from "./instance.ts";

/** The parent that the history names, or the start before there is one; the index row only if neither can be read. */
export function parentOf(instance: Instance, start: StartMessage | null): ParentLink | null {
  if (instance.lastEventId === 0) return start === null ? instance.parent : (start.parent ?? null);
  if (instance.engine !== null) return instance.engine.started.parent ?? null;
  const first = instance.unreplayed?.[0];
  if (first === undefined) return instance.parent;
  try {
    const event = decodeEvent(first);
    return event.kind === "OrchestrationStarted" ? (event.parent ?? null) : instance.parent;
  } catch {
    return instance.parent;
  }
}

export function isSameLink(a: ParentLink, b: ParentLink | null): boolean {
  return (
    b !== null &&
    a.instanceId === b.instanceId &&
    a.runId === b.runId &&
    a.executionId === b.executionId &&
    a.eventId === b.eventId
  );
}
