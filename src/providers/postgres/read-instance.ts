import type { InstanceRecord } from "../contract.ts";
import { recordColumns, type RecordRow, recordFromRow } from "./instance-row.ts";
import type { Store } from "./store.ts";

// With a limit for each, which the planner takes as it is: for a list of ids it might read whole tables, if they were
// small when it last looked.
export async function readInstances(
  { db }: Store,
  instanceIds: readonly string[],
): Promise<readonly (InstanceRecord | null)[]> {
  const rows = await db.query<RecordRow>(
    `SELECT record.*
       FROM unnest($1::text[]) AS asked (id)
      CROSS JOIN LATERAL (
        SELECT ${recordColumns}
          FROM ${db.schema}.instances i JOIN ${db.schema}.ownerships o ON o.key = i.key
         WHERE i.instance_id = asked.id
         LIMIT 1) AS record`,
    [instanceIds],
  );
  const records = new Map(rows.map((row) => [row.instance_id, recordFromRow(row)]));
  return instanceIds.map((instanceId) => records.get(instanceId) ?? null);
}
