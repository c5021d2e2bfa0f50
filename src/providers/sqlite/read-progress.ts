import type { InstanceProgress, InstanceStatus } from "../contract.ts";
import type { Connection } from "./connection.ts";

const SELECT_PROGRESS = `
  SELECT i.run_id, i.status, o.execution_id, h.event_id, h.at, h.body, h.payload
    FROM perdure_instances i
    JOIN perdure_ownerships o ON o.key = i.key
    LEFT JOIN perdure_history h
      ON i.status <> 'pending' AND i.status <> 'running'
     AND h.key = i.key AND h.execution_id = o.execution_id AND h.event_id = o.last_event_id
   WHERE i.instance_id = ?`;

type Columns = [
  ...[runId: string, status: InstanceStatus, executionId: number],
  ...[eventId: number | null, at: number, body: string, payload: string | null],
];

export function readProgress(db: Connection, instanceId: string): InstanceProgress | null {
  const row = db.get<Columns>(SELECT_PROGRESS, instanceId);
  if (row === undefined) return null;
  const [runId, status, executionId, eventId, at, body, payload] = row;
  return { runId, status, executionId, end: eventId === null ? null : { eventId, at, body, payload } };
}
