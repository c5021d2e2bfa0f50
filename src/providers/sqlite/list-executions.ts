import type { ExecutionRecord } from "../contract.ts";
import type { Connection } from "./connection.ts";

// Jumps from execution to execution, so that the cost does not depend on how many events they have.
const SELECT_EXECUTIONS = `
  WITH RECURSIVE instance (key) AS (SELECT key FROM perdure_instances WHERE instance_id = ?),
  executions (key, id) AS (
    SELECT key, (SELECT min(execution_id) FROM perdure_history h WHERE h.key = instance.key) FROM instance
    UNION ALL
    SELECT key, (SELECT min(execution_id) FROM perdure_history h
                  WHERE h.key = executions.key AND h.execution_id > executions.id)
      FROM executions WHERE id IS NOT NULL
  ),
  ends (key, id, first_id, last_id) AS (
    SELECT key, id,
           (SELECT min(event_id) FROM perdure_history h WHERE h.key = e.key AND h.execution_id = e.id),
           (SELECT max(event_id) FROM perdure_history h WHERE h.key = e.key AND h.execution_id = e.id)
      FROM executions e WHERE id IS NOT NULL
  )
  SELECT ends.id, f.event_id, f.at, f.body, f.payload, l.event_id, l.at, l.body, l.payload
    FROM ends
    JOIN perdure_history f ON f.key = ends.key AND f.execution_id = ends.id AND f.event_id = first_id
    JOIN perdure_history l ON l.key = ends.key AND l.execution_id = ends.id AND l.event_id = last_id
   ORDER BY ends.id`;

type EventColumns = [eventId: number, at: number, body: string, payload: string | null];

export function listExecutions(db: Connection, instanceId: string): ExecutionRecord[] {
  const rows = db.all<[number, ...EventColumns, ...EventColumns]>(SELECT_EXECUTIONS, instanceId);
  return rows.map((row) => ({
    executionId: row[0],
    first: { eventId: row[1], at: row[2], body: row[3], payload: row[4] },
    last: { eventId: row[5], at: row[6], body: row[7], payload: row[8] },
  }));
}
