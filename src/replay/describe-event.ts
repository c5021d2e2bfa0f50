import type { Decision, DecisionDraft, ReceivedDraft } from "../history/index.ts";

/** What an event is about, in the words of the user's code, as the two sides of a nondeterminism report need it. */
export function describeEvent(event: DecisionDraft | ReceivedDraft): string {
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
      return `giving up operation ${event.scheduledId} ${event.cause === "signal" ? "by its signal" : "on cancellation"}`;
    case "CustomStatusSet":
      return `custom status ${clip(event.payload)}`;
    case "StateSet":
      return `state "${event.key}" set to ${clip(event.payload)}`;
    case "StateDeleted":
      return `state "${event.key}" deleted`;
    case "PatchMarked":
      return `patch "${event.id}"`;
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

/** Two decisions that are not the same, each in words, and so that the words differ too. */
export function describeDifference(recorded: Decision, made: Decision): [expected: string, actual: string] {
  if (recorded.kind === "CustomStatusSet" && made.kind === "CustomStatusSet") {
    const from = Math.max(0, commonLength(recorded.payload, made.payload) - 40);
    return [recorded, made].map(
      ({ payload }) => `custom status ${from > 0 ? "…" : ""}${clip(payload.slice(from))}`,
    ) as [string, string];
  }
  return [describeEvent(recorded), describeEvent(made)];
}

function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}

const versioned = (start: { name: string; version?: string }) =>
  `"${start.name}"${start.version === undefined ? "" : `@${start.version}`}`;

const clip = (text: string) => (text.length <= 200 ? text : `${text.slice(0, 200)}…`);
