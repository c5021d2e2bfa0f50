import type { EventRow } from "../contract.ts";
import type { Store } from "./store.ts";

interface Row {
  readonly event_id: number;
  readonly at: number;
  readonly body: string;
  readonly payload: string | null;
}

export async function readLastEvent({ db }: Store, instanceId: string): Promise<EventRow | null> {
  const [row] = await db.query<Row>(
    `SELECT h.event_id, h.at, h.body, h.payload
       FROM ${db.schema}.instances i
       JOIN ${db.schema}.ownerships o ON o.key = i.key
       JOIN ${db.schema}.history h ON h.key = i.key AND h.execution_id = o.execution_id
      WHERE i.instance_id = $1
      ORDER BY h.event_id DESC LIMIT 1`,
    [instanceId],
  );
  return row === undefined ? null : { eventId: row.event_id, at: row.at, body: row.body, payload: row.payload };
}
