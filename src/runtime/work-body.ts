import type { ActivityPolicy } from "../definition/index.ts";
import { CorruptPayloadError } from "../errors/index.ts";
import type { WorkFence, WorkItem } from "../providers/contract.ts";

/** What a work item's body says: which decision it carries out, and what the call overrode of the activity's policy. */
export interface WorkBody {
  readonly runId: string;
  readonly executionId: number;
  readonly eventId: number;
  readonly policy?: ActivityPolicy;
  /** A schema has seen the input. */
  readonly validated?: true;
  /** W3C traceparent of the turn that scheduled it. */
  readonly trace?: string;
}

/** Unique in the store; also the activity's idempotency key. */
export function activityId({ runId, executionId }: Execution, eventId: number): string {
  return `${runId}.${executionId}.${eventId}`;
}

/** Whom the completion of a work item is for: its id says so even if its body cannot be read. */
export function addressOf(id: string): Execution & { readonly scheduledId: number } {
  const eventAt = id.lastIndexOf(".");
  const executionAt = id.lastIndexOf(".", eventAt - 1);
  return {
    runId: id.slice(0, Math.max(0, executionAt)),
    executionId: Number(id.slice(executionAt + 1, eventAt)),
    scheduledId: Number(id.slice(eventAt + 1)),
  };
}

/** This delivery of the item. */
export const fenceOf = ({ id, delivery, instance }: WorkItem): WorkFence => ({ id, delivery, instance });

/** What a line of log about this delivery of a work item carries. */
export function workFields({ id, instanceId, name, failures, lost }: WorkItem): object {
  const { executionId } = addressOf(id);
  return { instanceId, executionId, activityId: id, activity: name, attempt: failures + lost + 1 };
}

export const encodeWork = (body: WorkBody): string => JSON.stringify(body);

/** Throws `CorruptPayloadError` for what no release has written. */
export function decodeWork(text: string): WorkBody {
  let body: Partial<WorkBody> | null;
  try {
    body = JSON.parse(text) as Partial<WorkBody> | null;
  } catch (cause) {
    throw new CorruptPayloadError("A work item cannot be read.", { cause });
  }
  const { runId, executionId, eventId, policy = {} } = body ?? {};
  const isWhole = typeof runId === "string" && Number.isSafeInteger(executionId) && Number.isSafeInteger(eventId);
  if (isWhole && typeof policy === "object") return body as WorkBody;
  throw new CorruptPayloadError("A work item cannot be read: it does not say what it is for.");
}

interface Execution {
  readonly runId: string;
  readonly executionId: number;
}
