import type { StoreLoad } from "../contract.ts";
import type { Store } from "./store.ts";

interface Row {
  readonly store_now: number;
  readonly ready: number;
  readonly oldest_ready_at: number | null;
  readonly owned: number;
  readonly quarantined: number;
  readonly messages: number;
  readonly work: StoreLoad["work"];
  readonly timers: number;
  readonly next_due_at: number | null;
}

/** In one statement, so that all of it is of one moment. */
export async function readLoad({ db }: Store): Promise<StoreLoad> {
  const [row] = await db.queryBounded<Row>(`
    WITH time AS MATERIALIZED (SELECT ${db.schema}.store_now() AS now),
    ready AS (
      SELECT count(DISTINCT r.key) AS count, min(r.ready_at) AS oldest
        FROM ${db.schema}.ready r JOIN ${db.schema}.ownerships o ON o.key = r.key
       WHERE (o.quarantine IS NULL OR r.lane = '*')
         AND EXISTS (SELECT FROM ${db.schema}.messages m WHERE m.key = r.key)
    ),
    work AS (
      SELECT ${db.schema}.queue_of(queue) AS queue, name,
             count(*) FILTER (WHERE owner IS NULL AND visible_at <= now) AS waiting,
             count(*) FILTER (WHERE owner IS NULL AND visible_at > now) AS delayed,
             count(*) FILTER (WHERE owner IS NOT NULL) AS running,
             count(*) FILTER (WHERE failures + lost > 0) AS retried,
             min(visible_at) FILTER (WHERE owner IS NULL AND visible_at <= now) AS "oldestVisibleAt"
        FROM ${db.schema}.work, time
       GROUP BY 1, 2
       ORDER BY 1, 2
    )
    SELECT time.now AS store_now, ready.count AS ready, ready.oldest AS oldest_ready_at,
           (SELECT count(*) FROM ${db.schema}.ownerships WHERE owner IS NOT NULL) AS owned,
           (SELECT count(*) FROM ${db.schema}.ownerships WHERE quarantine IS NOT NULL) AS quarantined,
           (SELECT count(*) FROM ${db.schema}.messages) AS messages,
           (SELECT coalesce(json_agg(work), '[]') FROM work) AS work,
           (SELECT count(*) FROM ${db.schema}.timers) AS timers,
           (SELECT min(due_at) FROM ${db.schema}.timers) AS next_due_at
      FROM time, ready`);
  const { store_now, ready, oldest_ready_at, owned, quarantined, messages, work, timers, next_due_at } = row as Row;
  return {
    storeNow: store_now,
    instances: { ready, oldestReadyAt: oldest_ready_at, owned, quarantined },
    messages,
    work,
    timers: { waiting: timers, nextDueAt: next_due_at },
  };
}
