import type { Created, NewInstance } from "../contract.ts";
import { encodeStart } from "./encode-start.ts";
import { laneNumbers } from "./message-lane.ts";
import type { Store } from "./store.ts";

/**
 * For an id that somebody is just starting in a transaction of his own: those who start others must not wait for that.
 */
const waitMs = 250;

export interface CreatedRow {
  readonly runs: (string | null)[];
}

export async function createInstances({ db, hints }: Store, starts: readonly NewInstance[]): Promise<Created> {
  if (starts.length === 0) return [];
  const [given, conflicts] = encodeStarts(starts);
  const row = await db.call<CreatedRow & { readonly queued: boolean }>("create_instances", given, conflicts, waitMs);
  const answers = answersOf(starts, row);
  const changed = starts.filter((_start, index) => answers[index]?.created).map(({ instanceId }) => instanceId);
  hints.changed({ instances: row.queued || changed.length > 0, changed });
  return answers;
}

/** What `create_instances` takes: the starts, and what is to be said to whom if one loses. */
export function encodeStarts(starts: readonly NewInstance[]): [starts: string, conflicts: string | null] {
  const conflicts = starts.flatMap(({ onConflict, runId }, index) =>
    onConflict === null
      ? []
      : {
          s: index + 1,
          run: runId,
          id: onConflict.instanceId,
          lane: laneNumbers[onConflict.lane],
          body: onConflict.body,
          payload: onConflict.payload,
        },
  );
  return [
    JSON.stringify(starts.map((start, index) => encodeStart(start, index + 1, null))),
    conflicts.length === 0 ? null : JSON.stringify(conflicts),
  ];
}

export function answersOf(starts: readonly NewInstance[], { runs }: CreatedRow): Created {
  return starts.map(({ runId }, index) => {
    // Null when the instance that was in the way has been deleted in this very moment; then nobody has the id.
    const current = runs[index] ?? runId;
    return { created: runs[index] === runId, runId: current };
  });
}
