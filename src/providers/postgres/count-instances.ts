import type { CountInstances } from "../contract.ts";
import { conditionsOf } from "./instance-conditions.ts";
import type { Store } from "./store.ts";

export async function countInstances({ db }: Store, request: CountInstances): Promise<number> {
  const { statuses, quarantined } = request;
  const { sql, values } = conditionsOf(request, [statuses]);
  const [row] = await db.queryBounded<{ count: number }>(
    `SELECT count(*) AS count
       FROM ${db.schema}.instances i ${quarantined === null ? "" : `JOIN ${db.schema}.ownerships o ON o.key = i.key`}
      WHERE ${["($1::text[] IS NULL OR i.status = ANY($1))", ...sql].join(" AND ")}`,
    values,
  );
  return row?.count ?? 0;
}
