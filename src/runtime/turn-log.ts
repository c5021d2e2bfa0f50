import type { Logger } from "../definition/index.ts";
import { failureToError } from "../errors/index.ts";
import { type HistoryEvent, isTerminal, type TerminalEvent } from "../history/index.ts";
import type { Undelivered } from "../providers/contract.ts";
import { describeEvent } from "../replay/index.ts";
import type { Instance } from "./instance.ts";
import type { PreparedTurn } from "./prepared-turn.ts";

/** At level debug: the history that brought an instance back into memory. */
export function logReplay(
  logger: Logger,
  instance: Pick<Instance, "instanceId" | "executionId">,
  events: readonly HistoryEvent[],
  ms: number,
): void {
  if (logger.isLevelEnabled?.("debug") === false) return;
  logger.debug(
    { ...addressOf(instance), ms: Math.round(ms), history: historyText(events) },
    `replayed ${events.length} events`,
  );
}

/** At level debug: what a turn adds to the history, event by event, and what it puts into the queues. */
export function logTurn(logger: Logger, instance: Instance, { commit, events }: PreparedTurn): void {
  if (logger.isLevelEnabled?.("debug") === false) return;
  logger.debug(
    {
      ...addressOf(instance),
      orchestration: orchestrationOf(instance, events),
      messages: commit.ackedMessages.length,
      fused: commit.ackedWork.length,
      work: commit.work.length,
      timers: commit.timers.length,
      starts: commit.starts.length,
      sent: commit.messages.length,
      release: commit.release,
      ...(events.length > 0 && { history: historyText(events) }),
    },
    `turn: ${events.length} events after event ${instance.lastEventId}`,
  );
}

/** What a committed turn has led to, as far as somebody should know. Nothing is dropped silently. */
export function logOutcome(
  logger: Logger,
  instance: Instance,
  { commit, events, dropped, note }: PreparedTurn,
  undelivered: readonly Undelivered[],
): void {
  const last = events.at(-1);
  const hasEnded = last !== undefined && isTerminal(last);
  // Nearly always: the fields of a line that nobody writes are not gathered.
  if (!hasEnded && note === null && commit.quarantine === null && dropped.length + undelivered.length === 0) return;
  const address = addressOf(instance);
  for (const { what, why } of dropped) logger.warn({ ...address, what, why }, "message dropped");
  for (const { instanceId: to, why, body } of undelivered) {
    logger.warn({ ...address, to, why, message: body }, "message not delivered");
  }
  if (commit.quarantine !== null) logger.error({ ...address, reason: commit.quarantine }, "quarantined");
  else if (hasEnded) {
    logEnd(logger, { ...address, orchestration: orchestrationOf(instance, events) }, last);
  } else if (note !== null) logger.warn({ ...address, note }, "turn without running code; the instance is put off");
}

function logEnd(logger: Logger, fields: object, end: TerminalEvent): void {
  switch (end.kind) {
    case "OrchestrationCompleted":
      return logger.debug(fields, "orchestration completed");
    case "OrchestrationContinuedAsNew":
      return logger.debug(fields, "orchestration continued as new");
    case "OrchestrationFailed":
      return logger.warn({ ...fields, err: failureToError(end.failure) }, "orchestration failed");
    case "OrchestrationCancelled":
      return logger.info({ ...fields, reason: end.failure.message }, "orchestration cancelled");
    case "ExecutionEnded":
      if (end.status === "terminated") {
        return logger.info({ ...fields, reason: end.failure.message }, "orchestration terminated");
      }
      // Not by its own decision: a limit, a missing version, code that changed, a history that cannot be read.
      return logger.error({ ...fields, err: failureToError(end.failure) }, `orchestration ${end.status}`);
  }
}

/** As `name@version`. */
function orchestrationOf({ handler }: Instance, [first]: readonly HistoryEvent[]): string {
  return first?.kind === "OrchestrationStarted" ? `${first.name}@${first.version}` : handler;
}

const addressOf = ({ instanceId, executionId }: Pick<Instance, "instanceId" | "executionId">) => ({
  instanceId,
  executionId,
});

const historyText = (events: readonly HistoryEvent[]) => `\n${events.map(historyLine).join("\n")}`;

/** One event as one line of a log. */
function historyLine(event: HistoryEvent): string {
  // What it completes is said by its number; the kind stands before it already.
  const details = [describeEvent(event).replace(`${event.kind} `, "")];
  if ("dueAt" in event && event.dueAt !== undefined) details.push(`due ${new Date(event.dueAt).toISOString()}`);
  if ("failure" in event && event.kind !== "OrchestrationFailed") {
    details.push(`${event.failure.name}: ${event.failure.message.slice(0, 200).replaceAll("\n", " ")}`);
  }
  const at = new Date(event.at).toISOString();
  return `${String(event.eventId).padStart(5)}  ${at}  ${event.kind.padEnd(27)} ${details.join(", ")}`;
}
