import type { InstanceRecord } from "../contract.ts";
import { recordColumns, type RecordRow, recordFromRow } from "./instance-row.ts";
import type { Store } from "./store.ts";

/** Oldest first. */
export async function listChildren({ db }: Store, instanceId: string, runId: string): Promise<InstanceRecord[]> {
  const rows = await db.query<RecordRow>(
    `SELECT ${recordColumns}
       FROM ${db.schema}.instances i JOIN ${db.schema}.ownerships o ON o.key = i.key
      WHERE i.parent_instance_id = $1 AND i.parent_run_id = $2
      ORDER BY i.key`,
    [instanceId, runId],
  );
  return rows.map(recordFromRow);
}
