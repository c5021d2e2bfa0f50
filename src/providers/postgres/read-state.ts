import type { Store } from "./store.ts";

interface Row {
  readonly key: string | null;
  readonly payload: string;
}

export async function readState(
  { db }: Store,
  instanceId: string,
): Promise<{ readonly key: string; readonly payload: string }[] | null> {
  const rows = await db.query<Row>(
    `SELECT s.name AS key, s.payload
       FROM ${db.schema}.instances i LEFT JOIN ${db.schema}.state s ON s.key = i.key
      WHERE i.instance_id = $1
      ORDER BY s.name`,
    [instanceId],
  );
  if (rows.length === 0) return null;
  return rows.flatMap(({ key, payload }) => (key === null ? [] : [{ key, payload }]));
}
