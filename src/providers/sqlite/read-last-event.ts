import type { EventRow } from "../contract.ts";
import type { Connection } from "./connection.ts";

const SELECT_LAST_EVENT = `
  SELECT h.event_id, h.at, h.body, h.payload
    FROM perdure_instances i
    JOIN perdure_ownerships o ON o.key = i.key
    JOIN perdure_history h ON h.key = i.key AND h.execution_id = o.execution_id
   WHERE i.instance_id = ?
   ORDER BY h.event_id DESC LIMIT 1`;

export function readLastEvent(db: Connection, instanceId: string): EventRow | null {
  const row = db.get<[number, number, string, string | null]>(SELECT_LAST_EVENT, instanceId);
  return row === undefined ? null : { eventId: row[0], at: row[1], body: row[2], payload: row[3] };
}
