import type { EndedInstance, InstanceStatus, Traffic } from "../contract.ts";
import type { Connection } from "./connection.ts";

// By key, which grows in the order of creation, up to the first that is too old.
const SELECT_STARTED = "SELECT created_at FROM perdure_instances ORDER BY key DESC LIMIT ?";

// With the condition of the index perdure_instances_ended, word for word, or SQLite would not use it.
const SELECT_ENDED = `
  SELECT name, status, created_at, updated_at FROM perdure_instances
   WHERE status <> 'pending' AND status <> 'running' AND parent_instance_id IS NULL
     AND status = ? AND updated_at >= ?
   ORDER BY updated_at DESC LIMIT ?`;

const endings: readonly InstanceStatus[] = ["completed", "failed", "cancelled", "terminated"];

export interface ReadTraffic {
  readonly since: number;
  readonly limit: number;
}

export function readTraffic(db: Connection, storeNow: number, { since, limit }: ReadTraffic): Traffic {
  return db.snapshot(() => {
    const newest = db.all<[number]>(SELECT_STARTED, limit + 1).map(([createdAt]) => createdAt);
    const tooOld = newest.findIndex((createdAt) => createdAt < since);
    const started = tooOld === -1 ? newest : newest.slice(0, tooOld);
    const ended = endings
      .flatMap((status) => db.all<[string, InstanceStatus, number, number]>(SELECT_ENDED, status, since, limit + 1))
      .map(([name, status, createdAt, endedAt]): EndedInstance => ({ name, status, createdAt, endedAt }))
      .toSorted((a, b) => b.endedAt - a.endedAt);
    return {
      storeNow,
      startedAt: started.slice(0, limit),
      ended: ended.slice(0, limit),
      isTruncated: started.length > limit || ended.length > limit,
    };
  });
}
