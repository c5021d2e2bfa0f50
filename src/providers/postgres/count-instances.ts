import type { CountInstances } from "../contract.ts";
import type { Store } from "./store.ts";

export async function countInstances({ db }: Store, request: CountInstances): Promise<number> {
  const { statuses, name, quarantined } = request;
  const [row] = await db.query<{ count: number }>(
    `SELECT count(*) AS count
       FROM ${db.schema}.instances i ${quarantined === null ? "" : `JOIN ${db.schema}.ownerships o ON o.key = i.key`}
      WHERE ($1::text IS NULL OR i.name = $1) AND ($2::text[] IS NULL OR i.status = ANY($2))
        ${quarantined === null ? "" : `AND o.quarantine IS ${quarantined ? "NOT NULL" : "NULL"}`}`,
    [name, statuses],
  );
  return row?.count ?? 0;
}
