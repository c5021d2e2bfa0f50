import type { InstanceRecord } from "../contract.ts";
import { recordColumns, type RecordRow, recordFromRow } from "./instance-row.ts";
import type { Store } from "./store.ts";

export async function readInstance({ db }: Store, instanceId: string): Promise<InstanceRecord | null> {
  const [row] = await db.query<RecordRow>(
    `SELECT ${recordColumns}
       FROM ${db.schema}.instances i JOIN ${db.schema}.ownerships o ON o.key = i.key
      WHERE i.instance_id = $1`,
    [instanceId],
  );
  return row === undefined ? null : recordFromRow(row);
}
