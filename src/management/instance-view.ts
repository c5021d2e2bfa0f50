import type { InstanceRecord, InstanceStatus } from "../providers/contract.ts";

/** What a list shows of an instance. */
export interface InstanceView {
  readonly instanceId: string;
  readonly runId: string;
  readonly name: string;
  /** Null while a node has yet to choose it. */
  readonly version: string | null;
  readonly status: InstanceStatus;
  readonly executionId: number;
  readonly parent: { readonly instanceId: string; readonly executionId: number; readonly eventId: number } | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Stored text. */
  readonly customStatus: string | null;
  readonly quarantine: string | null;
}

export function instanceView({ parent, ...record }: InstanceRecord): InstanceView {
  const { instanceId, runId, name, version, status, executionId, customStatus, quarantine } = record;
  return {
    instanceId,
    runId,
    name,
    version,
    status,
    executionId,
    parent: parent && { instanceId: parent.instanceId, executionId: parent.executionId, eventId: parent.eventId },
    createdAt: instantText(record.createdAt),
    updatedAt: instantText(record.updatedAt),
    customStatus,
    quarantine,
  };
}

export function instantText(at: number): string;
export function instantText(at: number | null): string | null;
export function instantText(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
