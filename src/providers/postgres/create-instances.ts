import type { NewInstance } from "../contract.ts";
import { encodeStart } from "./encode-start.ts";
import { laneNumbers } from "./message-lane.ts";
import type { Store } from "./store.ts";

interface Created {
  readonly runs: (string | null)[];
  readonly queued: boolean;
}

export async function createInstances(
  { db, hints }: Store,
  starts: readonly NewInstance[],
): Promise<{ created: boolean; runId: string }[]> {
  if (starts.length === 0) return [];
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
  const { runs, queued } = await db.call<Created>(
    "create_instances",
    JSON.stringify(starts.map((start, index) => encodeStart(start, index + 1, null))),
    conflicts.length === 0 ? null : JSON.stringify(conflicts),
  );
  const answers = starts.map(({ runId }, index) => {
    // Null when the instance that was in the way has been deleted in this very moment; then nobody has the id.
    const current = runs[index] ?? runId;
    return { created: runs[index] === runId, runId: current };
  });
  const changed = starts.filter((_start, index) => answers[index]?.created).map(({ instanceId }) => instanceId);
  hints.changed({ instances: queued || changed.length > 0, changed });
  return answers;
}
