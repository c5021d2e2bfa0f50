import type { InstanceProgress, InstanceStatus } from "../contract.ts";
import type { Store } from "./store.ts";

interface Row {
  readonly instance_id: string;
  readonly run_id: string;
  readonly status: InstanceStatus;
  readonly execution_id: number;
  readonly event_id: number | null;
  readonly at: number;
  readonly body: string;
  readonly payload: string | null;
}

export async function readProgress(
  { db }: Store,
  instanceIds: readonly string[],
): Promise<readonly (InstanceProgress | null)[]> {
  const rows = await db.query<Row>(
    `SELECT i.instance_id, i.run_id, i.status, o.execution_id, h.event_id, h.at, h.body, h.payload
       FROM ${db.schema}.instances i
       JOIN ${db.schema}.ownerships o ON o.key = i.key
       LEFT JOIN ${db.schema}.history h
         ON i.status <> 'pending' AND i.status <> 'running'
        AND h.key = i.key AND h.execution_id = o.execution_id AND h.event_id = o.last_event_id
      WHERE i.instance_id = ANY ($1::text[])`,
    [instanceIds],
  );
  const found = new Map(rows.map((row) => [row.instance_id, progress(row)]));
  return instanceIds.map((instanceId) => found.get(instanceId) ?? null);
}

function progress({ run_id: runId, status, execution_id: executionId, event_id: eventId, ...event }: Row) {
  const { at, body, payload } = event;
  return { runId, status, executionId, end: eventId === null ? null : { eventId, at, body, payload } };
}
