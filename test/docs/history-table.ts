import type { HistoryEntry } from "perdure";

/** The words in which a page tells what an event carries, where that is more than its fields. */
export type Telling = (event: HistoryEntry) => string | undefined;

/** A history as the rows of a table. What was received is in bold; what follows it was decided in answer to it. */
export function historyRows(history: readonly HistoryEntry[], tell: Telling): string[] {
  return history.map((event) => {
    const kind = received.has(event.kind) ? `**${event.kind}**` : event.kind;
    return `| ${event.eventId} | ${kind} | ${[fields(event), tell(event)].filter(Boolean).join(": ")} |`;
  });
}

function fields(event: HistoryEntry): string {
  switch (event.kind) {
    case "OrchestrationStarted":
      return `\`${event.name}\` ${event.version}, execution ${event.executionId}`;
    case "ActivityScheduled":
      return `\`${event.name}\``;
    case "SubOrchestrationScheduled":
      return `\`${event.name}\` as \`${event.instanceId}\``;
    case "ReceiveOpened":
    case "MessageArrived":
      return `\`${event.mailbox}\``;
    case "ActivityCompleted":
    case "SubOrchestrationCompleted":
    case "TimerFired":
      return `of event ${event.scheduledId}`;
    default:
      return "";
  }
}

const received: ReadonlySet<string> = new Set([
  "OrchestrationStarted",
  "ActivityCompleted",
  "SubOrchestrationCompleted",
  "TimerFired",
  "MessageArrived",
]);
