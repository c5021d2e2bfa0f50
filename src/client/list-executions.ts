import { CorruptHistoryError } from "../errors/index.ts";
import { decodeEvent, type HistoryEvent } from "../history/index.ts";
import type { ExecutionRecord, InstanceStatus } from "../providers/contract.ts";
import { checkInstanceId } from "../values/index.ts";
import type { ClientContext } from "./client-context.ts";
import { readInstance } from "./read-instance.ts";

/** Where an execution stands; `continuedAsNew` says that another one followed it. */
export type ExecutionStatus = Exclude<InstanceStatus, "pending"> | "continuedAsNew";

/** One generation of an instance. */
export interface ExecutionSummary {
  /** 1, and one more for every continue-as-new. */
  readonly executionId: number;
  readonly status: ExecutionStatus;
  /** The version that it is pinned to. */
  readonly version: string;
  /** When its first event was delivered, by the store's clock. */
  readonly startedAt: Date;
  /** Absent while it has not ended. */
  readonly endedAt?: Date;
  /** Also the number of its events so far. */
  readonly lastEventId: number;
}

export async function listExecutions(
  { provider }: ClientContext,
  instanceId: string,
): Promise<readonly ExecutionSummary[]> {
  checkInstanceId(instanceId, "instanceId");
  const executions = await provider.listExecutions(instanceId);
  if (executions.length === 0) await readInstance(provider, instanceId);
  return executions.map(executionSummary);
}

function executionSummary({ executionId, first, last }: ExecutionRecord): ExecutionSummary {
  const started = decodeEvent(first);
  if (started.kind !== "OrchestrationStarted") {
    throw new CorruptHistoryError(`The history of execution ${executionId} begins with ${started.kind}.`);
  }
  const { version } = started;
  const status = statusAfter(decodeEvent(last));
  return {
    executionId,
    status,
    version,
    startedAt: new Date(first.at),
    ...(status !== "running" && { endedAt: new Date(last.at) }),
    lastEventId: last.eventId,
  };
}

function statusAfter(event: HistoryEvent): ExecutionStatus {
  if (event.kind === "OrchestrationCompleted") return "completed";
  if (event.kind === "OrchestrationFailed") return "failed";
  if (event.kind === "OrchestrationCancelled") return "cancelled";
  if (event.kind === "OrchestrationContinuedAsNew") return "continuedAsNew";
  return event.kind === "ExecutionEnded" ? event.status : "running";
}
