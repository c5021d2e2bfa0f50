import type { DeleteInstance, DeleteOutcome } from "../contract.ts";
import { laneNumbers } from "./message-lane.ts";
import type { Store } from "./store.ts";

interface Deleted {
  readonly deleted: string[] | null;
  readonly running: string | null;
  readonly notified: boolean;
}

export async function deleteInstance({ db, hints }: Store, request: DeleteInstance): Promise<DeleteOutcome> {
  const { instanceId, runId, force, notify } = request;
  const { deleted, running, notified } = await db.call<Deleted>(
    "delete_instance",
    instanceId,
    runId,
    force,
    notify?.instanceId ?? null,
    notify === null ? null : laneNumbers[notify.lane],
    notify?.body ?? null,
    notify?.payload ?? null,
  );
  if (deleted === null) return running === null ? { status: "unknown" } : { status: "running", instanceId: running };
  hints.changed({ instances: notified, changed: deleted, ended: deleted });
  return { status: "deleted", instanceIds: deleted };
}
