import type { InstanceRow } from "./rows.ts";

export const anyNode = "";

/** What a node must have to take it: nothing when it is to be ended; null while it is quarantined. */
export function handlerNeeded({ messages, quarantine, handler }: InstanceRow): string | null {
  if (messages[0]?.lane === "ending") return anyNode;
  return quarantine === null ? handler : null;
}
