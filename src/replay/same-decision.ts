import type { Decision } from "../history/index.ts";
import { isSameValue } from "./stacks.ts";

/**
 * Whether the code decided what the history says it decided. Inputs, results and durations may differ: they are values
 * that the history has already fixed. A child's version is compared only when the call names one.
 */
export function isSameDecision(recorded: Decision, made: Decision): boolean {
  switch (made.kind) {
    case "ActivityScheduled":
      return recorded.kind === made.kind && recorded.name === made.name;
    case "SubOrchestrationScheduled":
    case "OrchestrationStartRequested":
      return (
        recorded.kind === made.kind &&
        recorded.name === made.name &&
        recorded.instanceId === made.instanceId &&
        (made.version === undefined || recorded.version === made.version)
      );
    case "EventWaitOpened":
      return recorded.kind === made.kind && recorded.name === made.name;
    case "ReceiveOpened":
      return recorded.kind === made.kind && recorded.mailbox === made.mailbox;
    case "OperationCancelled":
      return recorded.kind === made.kind && recorded.scheduledId === made.scheduledId && recorded.cause === made.cause;
    case "CustomStatusSet":
      return recorded.kind === made.kind && isSameValue(recorded.payload, made.payload);
    case "StateSet":
      return recorded.kind === made.kind && recorded.key === made.key && isSameValue(recorded.payload, made.payload);
    case "StateDeleted":
      return recorded.kind === made.kind && recorded.key === made.key;
    case "PatchMarked":
      return recorded.kind === made.kind && recorded.id === made.id;
    case "OrchestrationContinuedAsNew":
      return recorded.kind === made.kind && (made.version === undefined || recorded.version === made.version);
    case "TimerCreated":
    case "OrchestrationCompleted":
    case "OrchestrationFailed":
    case "OrchestrationCancelled":
      return recorded.kind === made.kind;
  }
}
