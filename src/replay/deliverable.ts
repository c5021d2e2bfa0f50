import { type CompletionDraft, type ReceivedDraft, completes } from "../history/index.ts";
import type { DecisionLog } from "./decision-log.ts";
import type { Operations } from "./operations.ts";

/** How far an execution is, as far as it matters for what can be delivered to it. */
export interface Standing {
  readonly log: DecisionLog;
  readonly operations: Operations;
  readonly isStarted: boolean;
  readonly isCancelled: boolean;
  readonly hasEnded: boolean;
}

/** Why the message finds nothing to act on; undefined if it is to be delivered. */
export function obstacle(message: ReceivedDraft, standing: Standing): string | undefined {
  const { operations } = standing;
  if (standing.hasEnded) return "the execution has ended";
  const isStart = message.kind === "OrchestrationStarted";
  if (isStart && standing.isStarted) return "the execution has started before";
  if (!isStart && !standing.isStarted) return "the execution has not started";
  if ("scheduledId" in message) {
    if (!fitsSchedule(message, standing)) return describeScheduled(message.scheduledId, standing);
    return operations.isOpen(message.scheduledId) ? undefined : "its operation has ended before";
  }
  if (message.kind === "EventRaised" && operations.oldest("EventWaitOpened", message.name) === undefined) {
    return `no wait for event "${message.name}" is open`;
  }
  if (message.kind === "CancelRequested" && standing.isCancelled) return "cancellation was requested before";
  return undefined;
}

/** Whether it completes something that was scheduled, open or not, and in a way in which that can end. */
export function fitsSchedule({ kind, scheduledId }: CompletionDraft, { log, operations }: Standing): boolean {
  const scheduled = log.kindOf(scheduledId);
  if (scheduled === undefined || completes[kind]?.includes(scheduled) !== true) return false;
  const hasNoTimer = operations.isOpen(scheduledId) && operations.dueAt(scheduledId) === undefined;
  return !(kind === "TimerFired" && hasNoTimer);
}

function describeScheduled(scheduledId: number, { log }: Standing): string {
  const scheduled = log.kindOf(scheduledId);
  if (scheduled === undefined) return `there is no event ${scheduledId}`;
  return `event ${scheduledId} is ${scheduled}, which that does not complete`;
}
