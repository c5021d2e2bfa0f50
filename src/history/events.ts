import type { ActivityPolicy } from "../definition/index.ts";
import type { Failure } from "../errors/index.ts";
import type { FailedAttempt } from "./failed-attempt.ts";
import type { ParentLink } from "./parent-link.ts";

/*
 * A history is the interleaving of two things: what came from outside (a received event), and what the function
 * decided next (a decision event). Replay delivers the first kind and compares the second. There is no third kind.
 *
 * The wire form of these events is for ever: kinds and fields are only ever added. See docs/internals/wire-form.md.
 */

interface EventBase {
  /** Position in the execution's history, from 1, without gaps. */
  readonly eventId: number;
  /** The store's clock when the message was delivered, in milliseconds since 1970; a decision has its message's. */
  readonly at: number;
}

/** An event that carries a user's value, as the text in which it is stored. */
interface WithPayload {
  readonly payload: string;
}

/** A value that is checked by a schema once, if there is one: where it was sent, or else where it arrives. */
interface WithCheckedPayload extends WithPayload {
  readonly validated?: true;
}

interface Completion {
  /** `eventId` of the decision that this completes. */
  readonly scheduledId: number;
}

// --- received ---------------------------------------------------------------------------------------------------

/** The first event of every execution: what is run, in which version, with which input, and for whom. */
export interface OrchestrationStarted extends EventBase, WithCheckedPayload {
  readonly kind: "OrchestrationStarted";
  /** The orchestration's name. */
  readonly name: string;
  /** Always the resolved one; `"*"` only in the history of an instance that was ended before any node could run it. */
  readonly version: string;
  /** Random for every start, and kept through continue-as-new. */
  readonly runId: string;
  /** 1, and 1 more for every continue-as-new. */
  readonly executionId: number;
  /** The engine's semantics that produced this history. */
  readonly semantics: number;
  /** Who is told of its end; absent for one that nobody waits for. */
  readonly parent?: ParentLink;
  /** When the first execution of this run started; carried along by continue-as-new. */
  readonly startedAt: number;
  /** Hash of the function's source, to mention in a nondeterminism report. Never compared as an error. */
  readonly fingerprint?: string;
  /** The custom status that the previous execution left, as stored text. */
  readonly customStatus?: string;
  /** The key-value state that the previous execution left. */
  readonly state?: readonly CarriedState[];
  /** W3C traceparent of whoever started it, for telemetry. */
  readonly trace?: string;
}

/** One entry of the key-value state; the value as stored text. */
export interface CarriedState {
  readonly key: string;
  readonly payload: string;
}

/** An activity has given its result. */
export interface ActivityCompleted extends EventBase, Completion, WithPayload {
  readonly kind: "ActivityCompleted";
  /** Attempts before it that failed: the last few, in brief. */
  readonly earlier?: readonly FailedAttempt[];
}

/** An activity has failed for good: no attempt is left, or what it threw is not to be tried again. */
export interface ActivityFailed extends EventBase, Completion {
  readonly kind: "ActivityFailed";
  readonly failure: Failure;
  /** Deliveries of the work item, the last one included. */
  readonly attempts: number;
  /** The node that made the last one. */
  readonly node?: string;
  /** Attempts before that one: the last few, in brief. */
  readonly earlier?: readonly FailedAttempt[];
}

/** A timer came due; or the time limit of another operation, which is thereby given up. */
export interface TimerFired extends EventBase, Completion {
  readonly kind: "TimerFired";
}

/** A child has given its result. */
export interface SubOrchestrationCompleted extends EventBase, Completion, WithPayload {
  readonly kind: "SubOrchestrationCompleted";
}

/** A child has ended otherwise: it failed, was cancelled, terminated or deleted, or could not be started. */
export interface SubOrchestrationFailed extends EventBase, Completion {
  readonly kind: "SubOrchestrationFailed";
  readonly failure: Failure;
}

/** A signal that at least one wait was open for; one that nobody waits for is not recorded. */
export interface EventRaised extends EventBase, WithCheckedPayload {
  readonly kind: "EventRaised";
  readonly name: string;
}

/** A mailbox message, recorded on arrival whether or not anybody is receiving yet. */
export interface MessageArrived extends EventBase, WithCheckedPayload {
  readonly kind: "MessageArrived";
  readonly mailbox: string;
}

/** The instance was asked to cancel: by `client.cancel`, or by the end of its parent. */
export interface CancelRequested extends EventBase {
  readonly kind: "CancelRequested";
  readonly reason?: string;
}

/** An end that the function did not decide: termination, a limit, a missing version, nondeterminism. */
export interface ExecutionEnded extends EventBase {
  readonly kind: "ExecutionEnded";
  readonly status: "failed" | "cancelled" | "terminated";
  readonly failure: Failure;
}

/** What came from outside. Replay delivers it. */
export type ReceivedEvent =
  | OrchestrationStarted
  | ActivityCompleted
  | ActivityFailed
  | TimerFired
  | SubOrchestrationCompleted
  | SubOrchestrationFailed
  | EventRaised
  | MessageArrived
  | CancelRequested
  | ExecutionEnded;

// --- decisions --------------------------------------------------------------------------------------------------

interface WithTimeLimit {
  /** When to give up waiting, on the store's clock. A `TimerFired` for this event means that it came. */
  readonly dueAt?: number;
}

/** The function called `ctx.activity`: the work item is queued by the same commit. */
export interface ActivityScheduled extends EventBase, WithCheckedPayload, WithTimeLimit {
  readonly kind: "ActivityScheduled";
  readonly name: string;
  /** The work queue, when it is not `default`. */
  readonly queue?: string;
  /** The session whose activities all run on one node. */
  readonly session?: string;
  /**
   * What the call overrode of the activity's own options, and how long it may wait to be started; the node that
   * executes it knows the rest.
   */
  readonly policy?: ActivityPolicy;
}

/** The function called `ctx.sleep` or `ctx.sleepUntil`: the timer is stored by the same commit. */
export interface TimerCreated extends EventBase {
  readonly kind: "TimerCreated";
  /** When it comes due, on the store's clock. */
  readonly dueAt: number;
}

/** The function called `ctx.subOrchestration`: the start is queued by the same commit. */
export interface SubOrchestrationScheduled extends EventBase, WithCheckedPayload, WithTimeLimit {
  readonly kind: "SubOrchestrationScheduled";
  readonly name: string;
  /** The version that the call named; absent when it takes the latest. */
  readonly version?: string;
  readonly instanceId: string;
  /** What becomes of the child if the parent ends first; absent means `cancel`. */
  readonly onParentEnd?: "terminate" | "abandon";
}

/** A detached start: nothing is heard of it again. */
export interface OrchestrationStartRequested extends EventBase, WithCheckedPayload {
  readonly kind: "OrchestrationStartRequested";
  readonly name: string;
  readonly version?: string;
  readonly instanceId: string;
}

/** The function called `ctx.waitForEvent`. */
export interface EventWaitOpened extends EventBase, WithTimeLimit {
  readonly kind: "EventWaitOpened";
  readonly name: string;
}

/** The function called `ctx.receive`, and no message was there yet. */
export interface ReceiveOpened extends EventBase, WithTimeLimit {
  readonly kind: "ReceiveOpened";
  readonly mailbox: string;
}

/** An open operation was given up: the function aborted its signal, or the instance was asked to cancel. */
export interface OperationCancelled extends EventBase {
  readonly kind: "OperationCancelled";
  readonly scheduledId: number;
  readonly cause: "signal" | "cancel";
}

/** The function called `ctx.setCustomStatus`. */
export interface CustomStatusSet extends EventBase, WithPayload {
  readonly kind: "CustomStatusSet";
}

/** The function called `ctx.state.set`. */
export interface StateSet extends EventBase, WithPayload {
  readonly kind: "StateSet";
  readonly key: string;
}

/** The function called `ctx.state.delete`. */
export interface StateDeleted extends EventBase {
  readonly kind: "StateDeleted";
  readonly key: string;
}

/** The code asked `ctx.patched(id)` at this point, and goes the new way. Its absence there means the old way. */
export interface PatchMarked extends EventBase {
  readonly kind: "PatchMarked";
  readonly id: string;
}

/** The function returned. */
export interface OrchestrationCompleted extends EventBase, WithPayload {
  readonly kind: "OrchestrationCompleted";
}

/** The function threw. */
export interface OrchestrationFailed extends EventBase {
  readonly kind: "OrchestrationFailed";
  readonly failure: Failure;
}

/** The function let a `CancelledError` escape after cancellation was requested. */
export interface OrchestrationCancelled extends EventBase {
  readonly kind: "OrchestrationCancelled";
  readonly failure: Failure;
}

/** The function called `ctx.continueAsNew`: the next execution begins with this input. */
export interface OrchestrationContinuedAsNew extends EventBase, WithPayload {
  readonly kind: "OrchestrationContinuedAsNew";
  readonly version?: string;
}

/** What the replay engine asks for. A decision is recorded as the event that it is, and applied in the same commit. */
export type Decision =
  | ActivityScheduled
  | TimerCreated
  | SubOrchestrationScheduled
  | OrchestrationStartRequested
  | EventWaitOpened
  | ReceiveOpened
  | OperationCancelled
  | CustomStatusSet
  | StateSet
  | StateDeleted
  | PatchMarked
  | OrchestrationCompleted
  | OrchestrationFailed
  | OrchestrationCancelled
  | OrchestrationContinuedAsNew;

/** Anything that a history may contain. */
export type HistoryEvent = ReceivedEvent | Decision;
/** The kind of an event: the name of its type. */
export type EventKind = HistoryEvent["kind"];

/** The end of an execution, decided by its function or imposed on it. */
export type TerminalEvent =
  | OrchestrationCompleted
  | OrchestrationFailed
  | OrchestrationCancelled
  | OrchestrationContinuedAsNew
  | ExecutionEnded;

// An event before it has its place in a history.
type Draft<E> = E extends unknown ? Omit<E, "eventId" | "at"> : never;
/** A decision before it has its place in a history. */
export type DecisionDraft = Draft<Decision>;
/** A received event before it has its place in a history. */
export type ReceivedDraft = Draft<ReceivedEvent>;
/** The end of an operation, before it has its place in a history. */
export type CompletionDraft = Extract<ReceivedDraft, Completion>;
