import type { InstanceRecord } from "../contract.ts";
import type { Connection } from "./connection.ts";
import { recordColumns, type RecordColumns, recordFromColumns } from "./instance-row.ts";

const SELECT_CHILDREN = `
  SELECT ${recordColumns} FROM perdure_instances i JOIN perdure_ownerships o ON o.key = i.key
   WHERE i.parent_instance_id = ? AND i.parent_run_id = ?
   ORDER BY i.key`;

/** Oldest first. */
export function listChildren(db: Connection, instanceId: string, runId: string): InstanceRecord[] {
  return db.all<RecordColumns>(SELECT_CHILDREN, instanceId, runId).map(recordFromColumns);
}
