import type { ParentInstance } from "../definition/index.ts";
import { CorruptPayloadError } from "../errors/index.ts";
import type { InstanceRecord, InstanceStatus } from "../providers/contract.ts";
import { decodeValue } from "../values/index.ts";

/** What a list shows of an instance. */
export interface InstanceSummary {
  readonly instanceId: string;
  /** Tells this run apart from an earlier or later one under the same id. */
  readonly runId: string;
  /** The orchestration's name. */
  readonly name: string;
  /** Absent while a node has yet to choose it: the start named none, and no node has taken it. */
  readonly version?: string;
  readonly status: InstanceStatus;
  /** The current execution: 1, and one more for every continue-as-new. */
  readonly executionId: number;
  /** Absent for an instance that nobody waits for. */
  readonly parent?: ParentInstance;
  /** When its start was stored, by the store's clock. */
  readonly createdAt: Date;
  /** When the status, the execution or the custom status last changed. */
  readonly updatedAt: Date;
  /** What the orchestration set last. A `CorruptPayloadError` in its place says that it cannot be read. */
  readonly customStatus?: unknown;
  /** Why the instance is quarantined, if it is: nothing happens to it before it is released. */
  readonly quarantine?: string;
}

export function summaryOf(record: InstanceRecord): InstanceSummary {
  const { instanceId, runId, name, version, status, executionId, parent, customStatus, quarantine } = record;
  return {
    instanceId,
    runId,
    name,
    ...(version !== null && { version }),
    status,
    executionId,
    ...(parent !== null && { parent: { instanceId: parent.instanceId, executionId: parent.executionId } }),
    createdAt: new Date(record.createdAt),
    updatedAt: new Date(record.updatedAt),
    ...(customStatus !== null && { customStatus: decodeOrExplain(customStatus) }),
    ...(quarantine !== null && { quarantine }),
  };
}

// One damaged value must not hide the status of its instance, nor the list that the instance is in.
function decodeOrExplain(text: string): unknown {
  try {
    return decodeValue(text);
  } catch (error) {
    if (error instanceof CorruptPayloadError) return error;
    throw error;
  }
}
