import {
  ActivityError,
  CancelledError,
  type Failure,
  ForeignAwaitError,
  LimitExceededError,
  type PerdureError,
  errorToFailure,
  failureToError,
} from "../errors/index.ts";
import {
  type CarriedMessage,
  type Decision,
  type DecisionDraft,
  type HistoryEvent,
  type OpenOperation,
  type OrchestrationStarted,
  type ReceivedDraft,
  type ReceivedEvent,
  type TerminalEvent,
  completes,
  isDecision,
  isTerminal,
} from "../history/index.ts";
import { SeededRandom, decodeValue, encodeValue } from "../values/index.ts";
import { createContext } from "./context.ts";
import { DecisionLog } from "./decision-log.ts";
import { drain, enterMicrotask } from "./drain.ts";
import type { EngineOptions } from "./engine-options.ts";
import { Mailboxes } from "./mailboxes.ts";
import { type ClosedOperation, Operations } from "./operations.ts";
import { type OrchestrationScope, runInScope } from "./orchestration-scope.ts";

/** The engine's rules, recorded in every history, so that a later release can replay an older one by its own rules. */
export const semantics = 1;

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

/**
 * Runs one execution of an orchestration: first over its history, then over new messages, turn by turn. Knows no store,
 * no clock and no other instance; everything that it wants done is a decision in what `turn` returns.
 */
export class ReplayEngine {
  readonly log: DecisionLog;
  readonly operations = new Operations();
  readonly mailboxes = new Mailboxes();
  readonly options: EngineOptions;
  readonly #scope: OrchestrationScope;
  #started: OrchestrationStarted | undefined;
  #random: SeededRandom | undefined;
  #cancelled: CancelledError | undefined;
  #end: TerminalEvent | undefined;
  #fault: PerdureError | undefined;
  #customStatus: string | undefined;
  #inTurn = false;
  #isDisposed = false;

  constructor(options: EngineOptions) {
    this.options = options;
    this.log = new DecisionLog(`"${options.instanceId}"`);
    this.#scope = {
      instanceId: options.instanceId,
      now: () => this.log.now,
      random: () => this.random.next(),
      uuid: () => this.random.uuid(),
      bytes: (length) => this.random.bytes(length),
    };
  }

  get started(): OrchestrationStarted {
    if (this.#started === undefined) throw new Error("The execution has not started.");
    return this.#started;
  }

  get random(): SeededRandom {
    this.#random ??= new SeededRandom(`${this.started.runId}:${this.started.executionId}`);
    return this.#random;
  }

  get inTurn(): boolean {
    return this.#inTurn;
  }

  /** Nothing that the function still does has any effect. */
  get isOver(): boolean {
    return (
      this.#isDisposed || this.#end !== undefined || this.#fault !== undefined || this.log.divergence !== undefined
    );
  }

  /** Stored text of the custom status, if one was ever set. */
  get customStatus(): string | undefined {
    return this.#customStatus;
  }

  openOperations(): OpenOperation[] {
    return this.operations.list();
  }

  unreceived(): CarriedMessage[] {
    return this.mailboxes.list();
  }

  /** Leads the function through its history. The outcome is a fault if the two do not agree. */
  async replay(history: readonly HistoryEvent[]): Promise<Outcome> {
    await enterMicrotask();
    this.log.isReplaying = true;
    let index = 0;
    while (index < history.length && !this.isOver) {
      const received = history[index] as HistoryEvent;
      let next = index + 1;
      while (next < history.length && isDecision(history[next] as HistoryEvent)) next += 1;
      this.log.expect(history.slice(index + 1, next));
      if (isDecision(received) || !this.#isExpected(received)) break;
      await this.#deliver(received);
      this.log.settleExpected(this.#end !== undefined);
      index = next;
    }
    if (index < history.length && this.#end !== undefined) this.#divergeFromEnd(history[index] as HistoryEvent);
    this.log.isReplaying = false;
    this.operations.takeClosed();
    return this.#outcome();
  }

  /** Records and delivers each message, and drains, before it looks at the next. */
  async turn(messages: readonly ReceivedDraft[], at: number): Promise<Turn> {
    await enterMicrotask();
    const dispositions: Disposition[] = [];
    for (const message of messages) {
      const disposition = this.#screen(message);
      dispositions.push(disposition);
      if (disposition !== "recorded") continue;
      const eventId = this.log.lastEventId + 1;
      const earliest = message.kind === "TimerFired" ? this.operations.dueAt(message.scheduledId) : 0;
      await this.#deliver({ ...message, eventId, at: Math.max(at, this.log.now, earliest) });
    }
    const outcome = this.#outcome();
    const events = this.log.takeFresh();
    return {
      events,
      decisions: events.filter(isDecision),
      closed: this.operations.takeClosed(),
      dispositions,
      outcome,
    };
  }

  /** Leaves the function for good: it is never continued, whatever becomes of the promises that it holds. */
  dispose(): void {
    this.#isDisposed = true;
    this.operations.abandon();
  }

  /** Undefined when the function has been left, or does not do what its history says: then nothing has an effect. */
  decide(draft: DecisionDraft): Decision | undefined {
    if (this.isOver) return undefined;
    const decision = this.log.decide(draft);
    if (decision === undefined) return undefined;
    if (isTerminal(decision)) this.#end = decision;
    if (decision.kind === "CustomStatusSet") this.#customStatus = decision.payload;
    if (!this.log.isReplaying) this.#checkLimits();
    return decision;
  }

  /** The function broke a rule in a way that makes whatever it does next meaningless. */
  fault(error: PerdureError): void {
    if (this.isOver) return;
    this.#fault = error;
    if (!this.#inTurn) this.options.onFault(error);
  }

  #screen(message: ReceivedDraft): Disposition {
    if (this.isOver) return this.#end?.kind === "OrchestrationContinuedAsNew" ? leftBehindCut(message) : tooLate;
    switch (message.kind) {
      case "EventRaised":
        return this.operations.oldest("EventWaitOpened", message.name) === undefined
          ? { dropped: `no wait for event "${message.name}" is open` }
          : "recorded";
      case "CancelRequested":
        return this.#cancelled === undefined ? "recorded" : { dropped: "cancellation was requested before" };
      case "ActivityCompleted":
      case "ActivityFailed":
      case "TimerFired":
      case "SubOrchestrationCompleted":
      case "SubOrchestrationFailed":
        return this.#screenCompletion(message);
      case "OrchestrationStarted":
        return this.#started === undefined ? "recorded" : { dropped: "the execution has started before" };
      case "MessageArrived":
      case "ExecutionEnded":
        return "recorded";
    }
  }

  #screenCompletion(message: Extract<ReceivedDraft, { scheduledId: number }>): Disposition {
    if (!this.#isForScheduled(message)) return { dropped: "it is for nothing that was scheduled" };
    return this.operations.isOpen(message.scheduledId) ? "recorded" : { dropped: "its operation has ended before" };
  }

  #isForScheduled(completion: Extract<ReceivedDraft, { scheduledId: number }>): boolean {
    const scheduled = this.log.kindOf(completion.scheduledId);
    if (scheduled !== undefined && completes[completion.kind]?.includes(scheduled) === true) return true;
    this.log.diverge(
      completion.scheduledId,
      scheduled === undefined ? "nothing with this event id" : `${scheduled} (event ${completion.scheduledId})`,
      `${completion.kind} for event ${completion.scheduledId}`,
      undefined,
    );
    return false;
  }

  /** In replay: whether what was recorded as received still finds the function where it was. */
  #isExpected(event: ReceivedEvent): boolean {
    if ("scheduledId" in event) {
      if (!this.#isForScheduled(event)) return false;
      if (this.operations.isOpen(event.scheduledId)) return true;
      this.log.diverge(
        event.eventId,
        `${event.kind} for event ${event.scheduledId}`,
        "that operation is not open",
        undefined,
      );
      return false;
    }
    if (event.kind === "EventRaised" && this.operations.oldest("EventWaitOpened", event.name) === undefined) {
      this.log.diverge(event.eventId, `a wait for event "${event.name}"`, "no such wait is open", undefined);
      return false;
    }
    return true;
  }

  async #deliver(event: ReceivedEvent): Promise<void> {
    this.log.received(event);
    this.#inTurn = true;
    this.#apply(event);
    await drain();
    this.#inTurn = false;
  }

  #apply(event: ReceivedEvent): void {
    switch (event.kind) {
      case "OrchestrationStarted":
        this.#started = event;
        this.#customStatus = event.customStatus;
        return this.#call(event);
      case "ActivityCompleted":
      case "SubOrchestrationCompleted":
        return this.operations.complete(event.scheduledId, event.payload);
      case "ActivityFailed":
        return this.operations.fail(event.scheduledId, (name) => activityError(name, event.attempts, event.failure));
      case "SubOrchestrationFailed":
        return this.operations.fail(event.scheduledId, () => failureToError(event.failure));
      case "TimerFired":
        return this.#fire(event.scheduledId);
      case "EventRaised":
        for (const wait of this.operations.all("EventWaitOpened", event.name)) {
          this.operations.complete(wait, event.payload);
        }
        return;
      case "MessageArrived":
        this.mailboxes.add(event);
        return this.handMessage(event.mailbox);
      case "CancelRequested":
        return this.#cancel(event.reason);
      case "ExecutionEnded":
        this.#end = event;
        return;
    }
  }

  #call(started: OrchestrationStarted): void {
    const context = createContext(this);
    const run = async (): Promise<unknown> => this.options.run(context, decodeValue(started.payload));
    runInScope(this.#scope, () => {
      run().then(
        (value) => this.#returned(value),
        (error: unknown) => this.#threw(error),
      );
    });
  }

  #returned(value: unknown): void {
    if (this.#leftTurn()) return;
    let payload: string;
    try {
      payload = encodeValue(value, { path: "result", maxBytes: this.options.limits.payloadBytes });
    } catch (error) {
      return this.#threw(error);
    }
    this.decide({ kind: "OrchestrationCompleted", payload });
  }

  #threw(error: unknown): void {
    if (this.#leftTurn()) return;
    const failure = errorToFailure(error);
    const isCancelled = this.#cancelled !== undefined && error instanceof CancelledError;
    this.decide({ kind: isCancelled ? "OrchestrationCancelled" : "OrchestrationFailed", failure });
  }

  // The function settled while nothing was being delivered: something that is not durable woke it.
  #leftTurn(): boolean {
    if (!this.#inTurn) this.fault(foreignAwait());
    return !this.#inTurn;
  }

  #fire(scheduledId: number): void {
    if (this.log.kindOf(scheduledId) === "TimerCreated") return this.operations.complete(scheduledId, undefined);
    this.operations.timeOut(scheduledId);
  }

  /** Gives the oldest message of a mailbox to its oldest open receive, if there are both. */
  handMessage(mailbox: string): void {
    const receiver = this.operations.oldest("ReceiveOpened", mailbox);
    if (receiver === undefined) return;
    const message = this.mailboxes.take(mailbox);
    if (message !== undefined) this.operations.complete(receiver, message.payload);
  }

  #cancel(reason: string | undefined): void {
    this.#cancelled = new CancelledError(reason);
    for (const { eventId } of this.operations.list()) {
      if (this.decide({ kind: "OperationCancelled", scheduledId: eventId, cause: "cancel" }) === undefined) return;
      this.operations.cancel(eventId, this.#cancelled);
    }
  }

  #checkLimits(): void {
    const { events, openOperations } = this.options.limits;
    if (this.#end !== undefined) return;
    if (this.log.lastEventId > events) {
      this.#fault = new LimitExceededError(
        `The history of "${this.options.instanceId}" has more than ${events} events. Use continueAsNew in long loops.`,
        "events",
      );
    } else if (this.operations.size >= openOperations) {
      this.#fault = new LimitExceededError(
        `"${this.options.instanceId}" has more than ${openOperations} operations open at once.`,
        "openOperations",
      );
    }
  }

  #divergeFromEnd(event: HistoryEvent): void {
    this.log.diverge(event.eventId, `${event.kind} follows`, "the function has ended", undefined);
  }

  #outcome(): Outcome {
    const error = this.log.divergence ?? this.#fault;
    if (error !== undefined) return { kind: "fault", error };
    if (this.#end !== undefined) return { kind: "ended", event: this.#end };
    if (this.#started !== undefined && this.operations.size === 0) {
      this.#fault = foreignAwait();
      return { kind: "fault", error: this.#fault };
    }
    return { kind: "waiting" };
  }
}

const tooLate: Disposition = { dropped: "the execution has ended" };

/** What is meant for the instance, not for one operation of the execution that has just ended, is for the next one. */
function leftBehindCut(message: ReceivedDraft): Disposition {
  const isForInstance =
    message.kind === "MessageArrived" || message.kind === "EventRaised" || message.kind === "CancelRequested";
  return isForInstance ? "left" : tooLate;
}

function activityError(activity: string, attempts: number, failure: Failure): ActivityError {
  return new ActivityError(failure.message, {
    activity,
    attempts,
    ...(failure.code !== undefined && { code: failure.code }),
    ...(failure.category !== undefined && { category: failure.category }),
    cause: failureToError(failure),
  });
}

const foreignAwait = () =>
  new ForeignAwaitError(
    "The orchestration waits for a promise that is not durable: nothing recorded could ever wake it. Do I/O, timers " +
      "and other waiting in an activity, or use the methods of its context.",
  );
