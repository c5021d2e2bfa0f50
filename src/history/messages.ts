import type { CarriedState, ReceivedDraft } from "./events.ts";
import type { ParentLink } from "./parent-link.ts";

/** Begins an execution: the first of a run, or the next one of an instance that continued as new. */
export interface StartMessage {
  readonly kind: "Start";
  readonly runId: string;
  readonly executionId: number;
  readonly name: string;
  /** Exact version; absent means the latest on the node that takes the start. */
  readonly version?: string;
  readonly parent?: ParentLink;
  /** Carried along by continue-as-new. */
  readonly startedAt?: number;
  readonly customStatus?: string;
  /** When the previous execution's last event was delivered: time does not go back between executions. */
  readonly notBefore?: number;
  readonly carried?: readonly CarriedMessage[];
  readonly state?: readonly CarriedState[];
  /** A schema has seen the input. */
  readonly validated?: true;
  /** W3C traceparent of whoever started it. */
  readonly trace?: string;
  readonly payload: string;
}

/** A mailbox message that the previous execution had not received. */
export interface CarriedMessage {
  readonly mailbox: string;
  readonly validated?: true;
  readonly payload: string;
}

// A message becomes an event by being recorded: it gets its place in the history and loses its address.
type Received<K extends ReceivedDraft["kind"]> = Extract<ReceivedDraft, { readonly kind: K }>;

/** Names the execution it is for; any other execution drops it. */
interface Addressed {
  readonly runId: string;
  readonly executionId: number;
}

export type CompletionMessage = Addressed &
  Received<
    "ActivityCompleted" | "ActivityFailed" | "TimerFired" | "SubOrchestrationCompleted" | "SubOrchestrationFailed"
  >;

/** Sent by a parent to its child: ignored unless the child has exactly this parent. */
interface FromParent {
  readonly from?: ParentLink;
}

export interface TerminateMessage extends FromParent {
  readonly kind: "TerminateRequested";
  readonly reason?: string;
}

type CancelMessage = Received<"CancelRequested"> & FromParent;
type EventMessage = Received<"EventRaised">;
type MailboxMessage = Received<"MessageArrived">;

/** Everything that can stand in the orchestrator queue. */
export type Message =
  | StartMessage
  | CompletionMessage
  | EventMessage
  | MailboxMessage
  | CancelMessage
  | TerminateMessage;
