import type { EventRow } from "../contract.ts";
import type { Store } from "./store.ts";

interface Row {
  readonly instance_id: string;
  readonly event_id: number;
  readonly at: number;
  readonly body: string;
  readonly payload: string | null;
}

export async function readLastEvents(
  { db }: Store,
  instanceIds: readonly string[],
): Promise<readonly (EventRow | null)[]> {
  const rows = await db.query<Row>(
    `SELECT asked.id AS instance_id, last.event_id, last.at, last.body, last.payload
       FROM unnest($1::text[]) AS asked (id)
      CROSS JOIN LATERAL (
        SELECT h.event_id, h.at, h.body, h.payload
          FROM ${db.schema}.instances i
          JOIN ${db.schema}.ownerships o ON o.key = i.key
          JOIN ${db.schema}.history h ON h.key = i.key AND h.execution_id = o.execution_id
         WHERE i.instance_id = asked.id
         ORDER BY h.event_id DESC LIMIT 1) AS last`,
    [instanceIds],
  );
  const events = new Map(
    rows.map(({ instance_id, event_id: eventId, at, body, payload }) => [instance_id, { eventId, at, body, payload }]),
  );
  return instanceIds.map((instanceId) => events.get(instanceId) ?? null);
}
