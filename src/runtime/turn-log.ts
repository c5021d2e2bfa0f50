import type { Logger } from "../definition/index.ts";
import type { HistoryEvent } from "../history/index.ts";
import type { Undelivered } from "../providers/contract.ts";
import { describeEvent } from "../replay/index.ts";
import type { Instance } from "./instance.ts";
import type { PreparedTurn } from "./prepared-turn.ts";

/** At level debug: the history as this turn leaves it, event by event. */
export function logTurn(logger: Logger, instance: Instance, { commit, events, note }: PreparedTurn): void {
  const { instanceId, executionId } = instance;
  if (commit.quarantine !== null) logger.error({ instanceId, executionId, reason: commit.quarantine }, "quarantined");
  else if (note !== null) logger.warn({ instanceId, executionId, note }, "turn without running code");
  if (logger.isLevelEnabled?.("debug") === false) return;
  logger.debug(
    {
      instanceId,
      executionId,
      messages: commit.ackedMessages.length,
      fused: commit.ackedWork.length,
      work: commit.work.length,
      timers: commit.timers.length,
      starts: commit.starts.length,
      release: commit.release,
      history: `\n${events.map(historyLine).join("\n")}`,
    },
    `turn: ${events.length} events after event ${instance.lastEventId}`,
  );
}

/** Nothing is dropped silently. */
export function logDropped(
  logger: Logger,
  { instanceId, executionId }: Instance,
  { dropped }: PreparedTurn,
  undelivered: readonly Undelivered[],
): void {
  for (const { what, why } of dropped) logger.warn({ instanceId, executionId, what, why }, "message dropped");
  for (const { instanceId: to, why, body } of undelivered) {
    logger.warn({ instanceId, executionId, to, why, message: body }, "message not delivered");
  }
}

/** One event as one line of a log. */
function historyLine(event: HistoryEvent): string {
  const at = new Date(event.at).toISOString();
  return `${String(event.eventId).padStart(5)}  ${at}  ${event.kind.padEnd(26)} ${describeEvent(event)}`;
}
