import type { Decision, EventKind, HistoryEvent, TerminalEvent } from "./events.ts";

/** Every kind there is, and whether the function decided it or received it. Kinds are only ever added. */
const decidedBy: { readonly [K in EventKind]: "function" | "outside" } = {
  OrchestrationStarted: "outside",
  ActivityCompleted: "outside",
  ActivityFailed: "outside",
  TimerFired: "outside",
  SubOrchestrationCompleted: "outside",
  SubOrchestrationFailed: "outside",
  EventRaised: "outside",
  MessageArrived: "outside",
  CancelRequested: "outside",
  ExecutionEnded: "outside",
  ActivityScheduled: "function",
  TimerCreated: "function",
  SubOrchestrationScheduled: "function",
  OrchestrationStartRequested: "function",
  EventWaitOpened: "function",
  ReceiveOpened: "function",
  OperationCancelled: "function",
  CustomStatusSet: "function",
  StateSet: "function",
  StateDeleted: "function",
  PatchMarked: "function",
  OrchestrationCompleted: "function",
  OrchestrationFailed: "function",
  OrchestrationCancelled: "function",
  OrchestrationContinuedAsNew: "function",
};

const terminal: ReadonlySet<string> = new Set<TerminalEvent["kind"]>([
  "OrchestrationCompleted",
  "OrchestrationFailed",
  "OrchestrationCancelled",
  "OrchestrationContinuedAsNew",
  "ExecutionEnded",
]);

export const isDecision = (event: HistoryEvent): event is Decision => decidedBy[event.kind] === "function";

export const isTerminal = (event: HistoryEvent): event is TerminalEvent => terminal.has(event.kind);
