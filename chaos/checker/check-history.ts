import { completes, type HistoryEvent, isDecision, isTerminal } from "../../src/history/index.ts";
import type { RecordedInstance } from "./recorded-instance.ts";
import type { Report } from "./violations.ts";

const statusOfEnd: Readonly<Record<string, string>> = {
  OrchestrationCompleted: "completed",
  OrchestrationFailed: "failed",
  OrchestrationCancelled: "cancelled",
};

/** What holds for all that is recorded of one instance, at any moment. */
export function checkHistory(instance: RecordedInstance, report: Report): void {
  const { instanceId, executions, executionId: current } = instance;
  for (const [executionId, history] of executions) {
    const where = `${instanceId}, execution ${executionId}`;
    // Gaps, duplicates, a start that is not the first event, and events after the end.
    if (typeof history === "string") report("H1 H2", `${where}: ${history}`);
    else checkExecution(history, where, report);
    if (executionId > current) report("E5", `${where} is newer than the current one, ${current}`);
  }
  for (let executionId = 1; executionId < current; executionId += 1) {
    const history = executions.get(executionId);
    const end = Array.isArray(history) ? (history.at(-1) as HistoryEvent).kind : undefined;
    if (end !== "OrchestrationContinuedAsNew") {
      report("E5", `${instanceId}: execution ${executionId} of ${current} ended with ${end ?? "nothing"}`);
    }
  }
  checkProjection(instance, report);
}

function checkExecution(history: readonly HistoryEvent[], where: string, report: Report): void {
  const ended = new Map<number, HistoryEvent>();
  let at = 0;
  for (const event of history) {
    const here = `${where}, event ${event.eventId} (${event.kind})`;
    if (event.at < at) report("H1", `${here}: time goes back`);
    at = event.at;
    if (!("scheduledId" in event)) continue;
    const scheduled = history[event.scheduledId - 1];
    const before = ended.get(event.scheduledId);
    if (before !== undefined) report("H4 E1", `${here}: event ${event.scheduledId} had ended with ${before.kind}`);
    ended.set(event.scheduledId, event);
    if (scheduled === undefined || !isDecision(scheduled) || event.scheduledId >= event.eventId) {
      report("H4", `${here}: it is for event ${event.scheduledId}, which scheduled nothing`);
    } else if (completes[event.kind]?.includes(scheduled.kind) === false) {
      report("H4", `${here}: it is for ${scheduled.kind}`);
    } else if (event.kind === "TimerFired" && "dueAt" in scheduled && event.at < (scheduled.dueAt ?? 0)) {
      report("E2", `${here}: it fired ${(scheduled.dueAt ?? 0) - event.at} ms early`);
    }
  }
}

/** What is shown of an instance is what its history says. */
function checkProjection(
  { instanceId, status, executionId, lastEventId, executions }: RecordedInstance,
  report: Report,
) {
  const history = executions.get(executionId);
  if (typeof history === "string") return;
  const last = history?.at(-1);
  if ((last?.eventId ?? 0) !== lastEventId) {
    report("H6", `${instanceId}: its last event is ${last?.eventId ?? 0}, and its ownership says ${lastEventId}`);
  }
  const end = last !== undefined && isTerminal(last) ? last : undefined;
  const shown = end?.kind === "ExecutionEnded" ? end.status : statusOfEnd[end?.kind ?? ""];
  const isShown = shown === undefined ? ["pending", "running"].includes(status) : status === shown;
  if (!isShown)
    report("M2", `${instanceId} is shown as ${status}, and its history ends with ${last?.kind ?? "nothing"}`);
}
