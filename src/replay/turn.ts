import type { PerdureError } from "../errors/index.ts";
import type { Decision, HistoryEvent, ReceivedDraft, TerminalEvent } from "../history/index.ts";
import type { ClosedOperation } from "./operations.ts";

/** What became of a message: recorded, dropped for a reason, or left for the execution that follows. */
export type Disposition = "recorded" | "left" | { readonly dropped: string };

export type Outcome =
  | { readonly kind: "waiting" }
  | { readonly kind: "ended"; readonly event: TerminalEvent }
  /** The function can not be continued: the runtime has to end or to block the instance. */
  | { readonly kind: "fault"; readonly error: PerdureError };

export interface Turn {
  /** Everything new in the history, in order: messages recorded, and decisions. */
  readonly events: readonly HistoryEvent[];
  readonly decisions: readonly Decision[];
  /** Operations that ended in this turn, with what the applier has to know of them. */
  readonly closed: readonly ClosedOperation[];
  /** One for each message, in order. */
  readonly dispositions: readonly Disposition[];
  readonly outcome: Outcome;
}

/** What is meant for the instance, not for one operation of the execution that has just ended, is for the next one. */
export function afterEnd(message: ReceivedDraft, end: TerminalEvent | undefined): Disposition {
  const isForInstance =
    message.kind === "MessageArrived" || message.kind === "EventRaised" || message.kind === "CancelRequested";
  const isContinued = end?.kind === "OrchestrationContinuedAsNew";
  return isForInstance && isContinued ? "left" : { dropped: "the execution has ended" };
}
