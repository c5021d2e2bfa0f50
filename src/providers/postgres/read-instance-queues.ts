import type { InstanceQueues } from "../contract.ts";
import type { Store } from "./store.ts";

export interface ReadInstanceQueues {
  readonly instanceId: string;
  readonly limit: number;
}

interface Row extends Omit<InstanceQueues, "storeNow"> {
  readonly store_now: number;
}

export async function readInstanceQueues(
  { db }: Store,
  { instanceId, limit }: ReadInstanceQueues,
): Promise<InstanceQueues | null> {
  const [row] = await db.queryBounded<Row>(
    `SELECT ${db.schema}.store_now() AS store_now, o.handler, o.owner, o.claims, o.available_at AS "availableAt",
            (SELECT count(*) FROM ${db.schema}.messages m WHERE m.key = o.key) AS messages,
            (SELECT coalesce(json_agg(item), '[]') FROM (
               SELECT w.id, ${db.schema}.queue_of(w.queue) AS queue, w.name, w.owner, w.delivery, w.failures, w.lost, w.visible_at AS "visibleAt",
                      w.scheduled_at AS "scheduledAt", w.start_by AS "startBy", w.heartbeat, w.note
                 FROM ${db.schema}.work w
                WHERE w.key = o.key ORDER BY w.scheduled_at, w.seq LIMIT $2) item) AS work,
            (SELECT coalesce(json_agg(timer), '[]') FROM (
               SELECT execution_id AS "executionId", event_id AS "eventId", due_at AS "dueAt"
                 FROM ${db.schema}.timers t
                WHERE t.key = o.key ORDER BY due_at, event_id LIMIT $2) timer) AS timers
       FROM ${db.schema}.instances i JOIN ${db.schema}.ownerships o ON o.key = i.key
      WHERE i.instance_id = $1`,
    [instanceId, limit],
  );
  if (row === undefined) return null;
  const { store_now, ...queues } = row;
  return { storeNow: store_now, ...queues };
}
