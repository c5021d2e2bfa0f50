import type { EndedInstance, Traffic } from "../contract.ts";
import type { Store } from "./store.ts";

export interface ReadTraffic {
  readonly since: number;
  readonly limit: number;
}

interface Row {
  readonly store_now: number;
  readonly started: readonly (number | null)[];
  readonly ended: readonly EndedInstance[];
}

export async function readTraffic({ db }: Store, { since, limit }: ReadTraffic): Promise<Traffic> {
  const [row] = await db.queryBounded<Row>(
    `SELECT ${db.schema}.store_now() AS store_now,
            -- By key, which grows in the order of creation: there is no index by time.
            ARRAY(SELECT created_at FROM (
              SELECT key, created_at FROM ${db.schema}.instances ORDER BY key DESC LIMIT $2) newest
              WHERE created_at >= $1 ORDER BY key DESC) AS started,
            (SELECT coalesce(json_agg(ended), '[]') FROM (
               SELECT i.* FROM unnest(ARRAY['completed', 'failed', 'cancelled', 'terminated']) s (status)
                CROSS JOIN LATERAL (
                  SELECT name, status, created_at AS "createdAt", ended_at AS "endedAt"
                    FROM ${db.schema}.instances i
                   WHERE i.status = s.status AND ended_at >= $1 AND ended_at IS NOT NULL AND parent_instance_id IS NULL
                   ORDER BY ended_at DESC LIMIT $2) i
                ORDER BY "endedAt" DESC LIMIT $2) ended) AS ended`,
    [since, limit + 1],
  );
  const { store_now, started, ended } = row as Row;
  return {
    storeNow: store_now,
    startedAt: started.slice(0, limit) as number[],
    ended: ended.slice(0, limit),
    isTruncated: started.length > limit || ended.length > limit,
  };
}
