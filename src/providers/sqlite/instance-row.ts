import type { InstanceRecord, InstanceStatus, ParentReference } from "../contract.ts";

export type ParentColumns = [string | null, string | null, number | null, number | null];

export type RecordColumns = [
  ...[string, string, string, string | null, InstanceStatus, number, number, number, string | null, string | null],
  ...ParentColumns,
];

/** What `recordFromColumns` reads, of perdure_instances `i` and perdure_ownerships `o`. */
export const recordColumns = `
  i.instance_id, i.run_id, i.name, i.version, i.status, o.execution_id, i.created_at, i.updated_at, i.custom_status,
  o.quarantine, i.parent_instance_id, i.parent_run_id, i.parent_execution_id, i.parent_event_id`;

export function recordFromColumns(row: RecordColumns): InstanceRecord {
  const [instanceId, runId, name, version, status, executionId, createdAt, updatedAt, customStatus, quarantine] = row;
  const parent = parentFromColumns([row[10], row[11], row[12], row[13]]);
  return {
    instanceId,
    runId,
    name,
    version,
    status,
    executionId,
    parent,
    createdAt,
    updatedAt,
    customStatus,
    quarantine,
  };
}

export function parentFromColumns(columns: ParentColumns): ParentReference | null {
  const [instanceId, runId, executionId, eventId] = columns;
  if (instanceId === null || runId === null || executionId === null || eventId === null) return null;
  return { instanceId, runId, executionId, eventId };
}

const ended: ReadonlySet<InstanceStatus> = new Set<InstanceStatus>(["completed", "failed", "cancelled", "terminated"]);

export const hasEnded = (status: InstanceStatus): boolean => ended.has(status);
