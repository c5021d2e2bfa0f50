import type { InstanceRecord, InstanceStatus, ParentReference } from "../contract.ts";

export interface RecordRow {
  readonly instance_id: string;
  readonly run_id: string;
  readonly name: string;
  readonly version: string | null;
  readonly status: InstanceStatus;
  readonly execution_id: number;
  readonly created_at: number;
  readonly updated_at: number;
  readonly custom_status: string | null;
  readonly quarantine: string | null;
  readonly parent_instance_id: string | null;
  readonly parent_run_id: string | null;
  readonly parent_execution_id: number | null;
  readonly parent_event_id: number | null;
}

/** What `recordFromRow` reads, of instances `i` and ownerships `o`. */
export const recordColumns = `
  i.instance_id, i.run_id, i.name, i.version, i.status, o.execution_id, i.created_at, i.updated_at, i.custom_status,
  o.quarantine, i.parent_instance_id, i.parent_run_id, i.parent_execution_id, i.parent_event_id`;

export function recordFromRow(row: RecordRow): InstanceRecord {
  return {
    instanceId: row.instance_id,
    runId: row.run_id,
    name: row.name,
    version: row.version,
    status: row.status,
    executionId: row.execution_id,
    parent: parentFromColumns([
      row.parent_instance_id,
      row.parent_run_id,
      row.parent_execution_id,
      row.parent_event_id,
    ]),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    customStatus: row.custom_status,
    quarantine: row.quarantine,
  };
}

export type ParentColumns = [string | null, string | null, number | null, number | null];

export function parentFromColumns(columns: ParentColumns): ParentReference | null {
  const [instanceId, runId, executionId, eventId] = columns;
  if (instanceId === null || runId === null || executionId === null || eventId === null) return null;
  return { instanceId, runId, executionId, eventId };
}

const ended: ReadonlySet<InstanceStatus> = new Set<InstanceStatus>(["completed", "failed", "cancelled", "terminated"]);

export const hasEnded = (status: InstanceStatus): boolean => ended.has(status);
