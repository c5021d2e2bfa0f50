import type { InstanceProgress, TurnCommit } from "./contract.ts";

/** What `readProgress` says of an instance once this turn, which ends it, is committed; null if the turn does not tell. */
export function endOfTurn({ runId, executionId, projection, events }: TurnCommit): InstanceProgress | null {
  const end = events.at(-1);
  const status = projection?.status;
  if (runId === undefined || status == null || end === undefined) return null;
  return { runId, status, executionId, end: { ...end, at: Math.floor(end.at) } };
}
