import type { HistoryEvent } from "../history/index.ts";

/** What an event is about, in the words of the user's code, as the two sides of a nondeterminism report need it. */
export function describeEvent(event: HistoryEvent): string {
  switch (event.kind) {
    case "OrchestrationStarted":
      return `the start of ${event.name}@${event.version}`;
    case "ActivityScheduled":
      return `activity "${event.name}"`;
    case "TimerCreated":
      return "a timer";
    case "SubOrchestrationScheduled":
      return `sub-orchestration ${versioned(event)} as "${event.instanceId}"`;
    case "OrchestrationStartRequested":
      return `a detached start of ${versioned(event)} as "${event.instanceId}"`;
    case "EventWaitOpened":
      return `a wait for event "${event.name}"`;
    case "ReceiveOpened":
      return `a receive from mailbox "${event.mailbox}"`;
    case "OperationCancelled":
      return `giving up operation ${event.scheduledId}`;
    case "CustomStatusSet":
      return `custom status ${clip(event.payload)}`;
    case "OrchestrationCompleted":
      return "the function returning";
    case "OrchestrationFailed":
      return `the function throwing ${event.failure.name}: ${clip(event.failure.message)}`;
    case "OrchestrationCancelled":
      return "the function ending as cancelled";
    case "OrchestrationContinuedAsNew":
      return event.version === undefined ? "continue-as-new" : `continue-as-new at version ${event.version}`;
    case "ActivityCompleted":
    case "ActivityFailed":
    case "TimerFired":
    case "SubOrchestrationCompleted":
    case "SubOrchestrationFailed":
      return `${event.kind} for event ${event.scheduledId}`;
    case "EventRaised":
      return `event "${event.name}" raised`;
    case "MessageArrived":
      return `a message in mailbox "${event.mailbox}"`;
    case "CancelRequested":
      return "a request to cancel";
    case "ExecutionEnded":
      return `the execution ended as ${event.status}`;
  }
}

const versioned = (start: { name: string; version?: string }) =>
  `"${start.name}"${start.version === undefined ? "" : `@${start.version}`}`;

const clip = (text: string) => (text.length <= 200 ? text : `${text.slice(0, 200)}…`);
