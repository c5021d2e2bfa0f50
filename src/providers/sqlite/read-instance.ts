import type { InstanceRecord } from "../contract.ts";
import type { Connection } from "./connection.ts";
import { recordColumns, type RecordColumns, recordFromColumns } from "./instance-row.ts";

const SELECT_INSTANCE = `
  SELECT ${recordColumns} FROM perdure_instances i JOIN perdure_ownerships o ON o.key = i.key WHERE i.instance_id = ?`;

export function readInstance(db: Connection, instanceId: string): InstanceRecord | null {
  const row = db.get<RecordColumns>(SELECT_INSTANCE, instanceId);
  return row === undefined ? null : recordFromColumns(row);
}
