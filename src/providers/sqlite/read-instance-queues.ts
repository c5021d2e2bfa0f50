import type { InstanceQueues } from "../contract.ts";
import type { Connection } from "./connection.ts";
import { queueOfLane } from "./work-lane.ts";

const SELECT_OWNERSHIP = `
  SELECT o.key, o.handler, o.owner, o.claims, o.available_at,
         (SELECT count(*) FROM perdure_messages m WHERE m.key = o.key)
    FROM perdure_instances i JOIN perdure_ownerships o ON o.key = i.key
   WHERE i.instance_id = ?`;

const SELECT_WORK = `
  SELECT id, queue, name, owner, delivery, failures, lost, visible_at, scheduled_at, start_by, heartbeat, note
    FROM perdure_work WHERE key = ? ORDER BY scheduled_at, seq LIMIT ?`;

const SELECT_TIMERS = `
  SELECT execution_id, event_id, due_at FROM perdure_timers WHERE key = ? ORDER BY due_at, event_id LIMIT ?`;

export interface ReadInstanceQueues {
  readonly instanceId: string;
  readonly limit: number;
}

export function readInstanceQueues(
  db: Connection,
  storeNow: number,
  { instanceId, limit }: ReadInstanceQueues,
): InstanceQueues | null {
  return db.snapshot(() => {
    const row = db.get<OwnershipColumns>(SELECT_OWNERSHIP, instanceId);
    if (row === undefined) return null;
    const [key, handler, owner, claims, availableAt, messages] = row;
    const work = db.all<WorkColumns>(SELECT_WORK, key, limit);
    const timers = db.all<[number, number, number]>(SELECT_TIMERS, key, limit);
    return {
      storeNow,
      handler,
      owner,
      claims,
      availableAt,
      messages,
      work: work.map((columns) => {
        const [id, lane, name, workOwner, delivery, failures, lost, visibleAt, scheduledAt] = columns;
        const [startBy, heartbeat, note] = [columns[9], columns[10], columns[11]];
        const queue = queueOfLane(lane);
        const counts = { delivery, failures, lost };
        return { id, queue, name, owner: workOwner, ...counts, visibleAt, scheduledAt, startBy, heartbeat, note };
      }),
      timers: timers.map(([executionId, eventId, dueAt]) => ({ executionId, eventId, dueAt })),
    };
  });
}

type OwnershipColumns = [number, string, string | null, number, number, number];

type WorkColumns = [
  ...[string, string, string, string | null, number, number, number, number, number],
  ...[number | null, string | null, string | null],
];
