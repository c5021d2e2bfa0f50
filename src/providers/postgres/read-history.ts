import type { EventRow } from "../contract.ts";
import type { Store } from "./store.ts";

interface Row {
  readonly current: number;
  readonly event_id: number | null;
  readonly at: number;
  readonly body: string;
  readonly payload: string | null;
}

/** Null when there is no such instance or execution. */
export async function readHistory({ db }: Store, instanceId: string, executionId?: number): Promise<EventRow[] | null> {
  const rows = await db.query<Row>(
    `SELECT o.execution_id AS current, h.event_id, h.at, h.body, h.payload
       FROM ${db.schema}.instances i
       JOIN ${db.schema}.ownerships o ON o.key = i.key
       LEFT JOIN ${db.schema}.history h ON h.key = i.key AND h.execution_id = coalesce($2, o.execution_id)
      WHERE i.instance_id = $1
      ORDER BY h.event_id`,
    [instanceId, executionId ?? null],
  );
  const [first] = rows;
  if (first === undefined) return null;
  // Only the current execution can be without events: it gets them with its own first commit.
  if (first.event_id === null) return executionId === undefined || executionId === first.current ? [] : null;
  return rows.map((row) => ({ eventId: row.event_id as number, at: row.at, body: row.body, payload: row.payload }));
}
