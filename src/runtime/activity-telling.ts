import { type ActivityMessage, channels } from "../observability/index.ts";
import type { WorkItem } from "../providers/contract.ts";
import type { ActivityEnd } from "./activity-run.ts";
import { addressOf, type WorkBody } from "./work-body.ts";

/** Null if nobody listens. */
export function tellActivityBegin(item: WorkItem, { trace }: WorkBody, waitedMs: number): ActivityMessage | null {
  if (!channels.activityBegin.hasListeners && !channels.activityEnd.hasListeners) return null;
  const { id: activityId, instanceId, name, queue, failures, lost } = item;
  const about = { activityId, instanceId, executionId: addressOf(activityId).executionId, name, queue };
  const message: ActivityMessage = {
    ...about,
    attempt: failures + lost + 1,
    waitedMs,
    ...(trace !== undefined && { parent: trace }),
  };
  channels.activityBegin.tell(message);
  return message;
}

export function tellActivityEnd(message: ActivityMessage | null, end: ActivityEnd, ms: number): void {
  if (message === null) return;
  message.outcome = end.kind === "committed" ? "completed" : end.kind;
  if (end.kind === "failed") message.error = end.error;
  message.ms = ms;
  channels.activityEnd.tell(message);
}
