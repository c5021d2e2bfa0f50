import { checkValue, userFrame } from "../definition/index.ts";
import {
  type CancelledError,
  type Failure,
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
  isDecision,
  isTerminal,
} from "../history/index.ts";
import { SeededRandom, decodeValue, encodeValue, textBytes } from "../values/index.ts";
import { createContext } from "./context.ts";
import { DecisionLog } from "./decision-log.ts";
import { fitsSchedule, obstacle } from "./deliverable.ts";
import { describeEvent } from "./describe-event.ts";
import { drain, enterMicrotask } from "./drain.ts";
import { activityError, cancelled, foreignAwait, isCancellation, outsideTurn } from "./engine-errors.ts";
import type { EngineOptions } from "./engine-options.ts";
import { InstanceState } from "./instance-state.ts";
import { limitExceededBy, longestText } from "./limits.ts";
import { Mailboxes } from "./mailboxes.ts";
import { Operations } from "./operations.ts";
import { type OrchestrationScope, currentScope, entryTo } from "./orchestration-scope.ts";
import { withUserStacks } from "./stacks.ts";
import { type Disposition, type Outcome, type Turn, afterEnd } from "./turn.ts";

/** The engine's rules, recorded in every history, so that a later release can replay an older one by its own rules. */
export const semantics = 1;

/** What an engine remembers of its start. The input is the function's now: it may be large, and lives as long as it. */
export type StartFacts = Omit<OrchestrationStarted, "payload" | "state">;

/**
 * Runs one execution of an orchestration: first over its history, then over new messages, turn by turn. Knows no store,
 * no clock and no other instance; everything that it wants done is a decision in what `turn` returns.
 */
export class ReplayEngine {
  readonly log: DecisionLog;
  readonly operations = new Operations();
  readonly mailboxes = new Mailboxes();
  readonly state = new InstanceState();
  readonly options: EngineOptions;
  readonly #scope: OrchestrationScope;
  readonly #inScope: <T>(run: () => T) => T;
  #started: StartFacts | undefined;
  #random: SeededRandom | undefined;
  #strayRandom: SeededRandom | undefined;
  #cancelled: CancelledError | undefined;
  #end: TerminalEvent | undefined;
  #fault: PerdureError | undefined;
  #customStatus: string | undefined;
  readonly #patches = new Map<string, boolean>();
  #inTurn = false;
  #isDisposed = false;

  constructor(options: EngineOptions) {
    this.options = options;
    this.log = new DecisionLog({
      instance: `"${options.instanceId}"`,
      definedAt: options.definedAt,
      note: options.note,
    });
    this.#scope = {
      instanceId: options.instanceId,
      now: () => this.log.now,
      random: () => this.#scopedRandom.next(),
      uuid: () => this.#scopedRandom.uuid(),
      bytes: (length) => this.#scopedRandom.bytes(length),
      onUncaught: (error) => this.#uncaught(error),
    };
    this.#inScope = entryTo(this.#scope);
  }

  get started(): StartFacts {
    if (this.#started === undefined) throw new Error("The execution has not started.");
    return this.#started;
  }

  get random(): SeededRandom {
    this.#random ??= new SeededRandom(`${this.started.runId}:${this.started.executionId}`);
    return this.#random;
  }

  /** Whether whoever asks is this orchestration's own code, and it is its turn. */
  get isRunning(): boolean {
    return this.#inTurn && currentScope() === this.#scope;
  }

  get isStarted(): boolean {
    return this.#started !== undefined;
  }

  get isCancelled(): boolean {
    return this.#cancelled !== undefined;
  }

  get hasEnded(): boolean {
    return this.#end !== undefined;
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
  replay(history: readonly HistoryEvent[]): Promise<Outcome> {
    return this.#inScope(() => this.#replay(history));
  }

  /** Records and delivers each message, and drains, before it looks at the next. */
  turn(messages: readonly ReceivedDraft[], at: number): Promise<Turn> {
    return this.#inScope(() => this.#turn(messages, at));
  }

  /** Leaves the function for good: it is never continued, whatever becomes of the promises that it holds. */
  dispose(): void {
    this.#isDisposed = true;
    this.operations.abandon();
  }

  /**
   * Undefined when the function has been left, or does not do what its history says: then nothing has an effect.
   *
   * @param site where the user's code decided this, if that is not on the stack.
   */
  decide(draft: DecisionDraft, site?: string): Decision | undefined {
    if (this.isOver) return undefined;
    const decision = this.log.decide(draft, site);
    if (decision === undefined) return undefined;
    if (isTerminal(decision)) this.#end = decision;
    if (decision.kind === "CustomStatusSet") this.#customStatus = decision.payload;
    // A function may still end at its limit.
    if (!this.log.isReplaying && this.#end === undefined) this.#fault = limitExceededBy(decision, this);
    return decision;
  }

  /** Decided once for each id, at the first time that the code asks. */
  isPatched(id: string): boolean {
    const known = this.#patches.get(id);
    if (known !== undefined) return known;
    const isNew = !this.log.isReplaying || this.log.expectsPatch(id);
    if (isNew) this.decide({ kind: "PatchMarked", id });
    this.#patches.set(id, isNew);
    return isNew;
  }

  /**
   * The stored text of a value of the function's. In replay, one beyond the limit is refused again if it was refused
   * then, and taken if one that large was stored, because the limit was higher.
   */
  encode(value: unknown, path: string): string {
    const maxBytes = this.options.limits.payloadBytes;
    try {
      return withUserStacks(encodeValue(value, { path, maxBytes }));
    } catch (error) {
      const next = this.log.isReplaying ? this.log.next() : undefined;
      const isRecorded = next !== undefined && "payload" in next && Buffer.byteLength(next.payload) > maxBytes;
      if (!isRecorded) throw error;
      return withUserStacks(encodeValue(value, { path, maxBytes: maxRecordedBytes }));
    }
  }

  /** How long a name or an id may be. In replay, one beyond the limit is judged as it was then: see `encode`. */
  maxBytes(limit: "nameBytes" | "idBytes"): number {
    const bytes = this.options.limits[limit];
    const next = this.log.isReplaying ? this.log.next() : undefined;
    return next !== undefined && longestText(next) > bytes ? textBytes.atMost : bytes;
  }

  /** Whether it has been asked for in this execution, as far as its history goes. */
  knowsPatch(id: string): boolean {
    return this.#patches.has(id) || (this.log.isReplaying && this.log.expectsPatch(id));
  }

  /** The function broke a rule in a way that makes whatever it does next meaningless. */
  fault(error: PerdureError): void {
    if (this.isOver) return;
    this.#fault = error;
    if (!this.#inTurn) this.options.onFault(error);
  }

  /** Gives the oldest message of a mailbox to its oldest open receive, if there are both. */
  handMessage(mailbox: string): void {
    const receiver = this.operations.oldest("ReceiveOpened", mailbox);
    if (receiver === undefined) return;
    const message = this.mailboxes.take(mailbox);
    if (message !== undefined) this.operations.complete(receiver, message);
  }

  async #replay(history: readonly HistoryEvent[]): Promise<Outcome> {
    await enterMicrotask();
    this.log.isReplaying = true;
    let index = 0;
    while (index < history.length) {
      const event = history[index] as HistoryEvent;
      if (!this.#isDeliverable(event)) break;
      let next = index + 1;
      while (next < history.length && isDecision(history[next] as HistoryEvent)) next += 1;
      this.log.expect(history.slice(index + 1, next));
      await this.#deliver(event);
      this.log.settleExpected(this.#end !== undefined);
      index = next;
    }
    this.log.isReplaying = false;
    this.operations.takeClosed();
    return this.#outcome();
  }

  /** Whether what was recorded as received still finds the function where it was. */
  #isDeliverable(event: HistoryEvent): event is ReceivedEvent {
    if (this.log.divergence !== undefined || this.#fault !== undefined) return false;
    const why = isDecision(event) ? "it is not something received" : obstacle(event, this);
    if (event.eventId !== this.log.lastEventId + 1) this.log.outOfPlace(event);
    else if (why !== undefined) this.log.diverge(describeEvent(event), why);
    return this.log.divergence === undefined;
  }

  async #turn(messages: readonly ReceivedDraft[], at: number): Promise<Turn> {
    await enterMicrotask();
    const dispositions: Disposition[] = [];
    for (const message of messages) {
      const disposition = this.#screen(message);
      dispositions.push(disposition);
      if (disposition !== "recorded") continue;
      const eventId = this.log.lastEventId + 1;
      // A timer is not early, even by a clock that has gone back since it was found due.
      const earliest = message.kind === "TimerFired" ? (this.operations.dueAt(message.scheduledId) ?? 0) : 0;
      await this.#deliver({ ...message, eventId, at: Math.max(at, this.log.now, earliest) });
    }
    const outcome = this.#outcome();
    const events = this.log.takeFresh();
    const closed = this.operations.takeClosed();
    return { events, decisions: events.filter(isDecision), closed, dispositions, outcome };
  }

  #screen(message: ReceivedDraft): Disposition {
    if (this.isOver) return afterEnd(message, this.#end);
    const why = obstacle(message, this);
    if (why === undefined) return "recorded";
    // A duplicate is only late. What fits nothing that this history has scheduled is of another history.
    if ("scheduledId" in message && !fitsSchedule(message, this)) this.log.diverge(describeEvent(message), why);
    return { dropped: why };
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
        return this.#start(event);
      case "ActivityCompleted":
      case "SubOrchestrationCompleted":
        return this.operations.complete(event.scheduledId, { payload: event.payload });
      case "ActivityFailed":
        return this.operations.fail(event.scheduledId, (name) => activityError(name, event.attempts, event.failure));
      case "SubOrchestrationFailed":
        return this.operations.fail(event.scheduledId, () => failureToError(event.failure));
      case "TimerFired":
        return this.#fire(event.scheduledId);
      case "EventRaised":
        for (const wait of this.operations.all("EventWaitOpened", event.name)) {
          this.operations.complete(wait, event);
        }
        return;
      case "MessageArrived":
        this.mailboxes.add(event);
        this.handMessage(event.mailbox);
        return;
      case "CancelRequested":
        return this.#cancel(event.reason);
      case "ExecutionEnded":
        this.#end = event;
        return;
    }
  }

  #start({ payload, state = [], ...facts }: OrchestrationStarted): void {
    this.#started = facts;
    for (const entry of state) this.state.set(entry.key, entry.payload);
    this.#customStatus = facts.customStatus;
    const context = createContext(this);
    // Not a function that is async itself: one that throws at once, or gives a thenable, comes to the same.
    const { run } = this.options;
    const call = async (): Promise<unknown> => run(context, this.#input(payload));
    call().then(
      (value) => this.#returned(value),
      (error: unknown) => this.#threw(error),
    );
  }

  #input(payload: string): unknown {
    const input = decodeValue(payload);
    // Started by the plain name, or by itself: nobody who knew the schema has seen the input.
    const schema = this.started.validated === true ? undefined : this.options.input;
    return checkValue(input, schema, `The input of orchestration "${this.started.name}"`).value;
  }

  #returned(value: unknown): void {
    if (this.#hasLeftTurn()) return;
    let payload: string;
    try {
      payload = this.encode(value, "result");
    } catch (error) {
      return this.#threw(error);
    }
    this.decide({ kind: "OrchestrationCompleted", payload });
  }

  #threw(error: unknown): void {
    if (this.#hasLeftTurn()) return;
    const failure = JSON.parse(withUserStacks(JSON.stringify(errorToFailure(error)))) as Failure;
    const isCancelled = this.#cancelled !== undefined && isCancellation(error);
    const kind = isCancelled ? "OrchestrationCancelled" : "OrchestrationFailed";
    this.decide({ kind, failure }, userFrame(failure.stack));
  }

  // The function settled while nothing was being delivered: something that is not durable woke it.
  #hasLeftTurn(): boolean {
    if (!this.#inTurn) this.fault(foreignAwait(this.options.instanceId));
    return !this.#inTurn;
  }

  // In an ordinary program it would end the process; here it ends the function, as if that had thrown it.
  #uncaught(error: unknown): void {
    if (this.#inTurn) return this.#threw(error);
    this.fault(
      outsideTurn(this.options.instanceId, `An uncaught exception (${errorToFailure(error).message}) was thrown`),
    );
  }

  #fire(scheduledId: number): void {
    if (this.log.kindOf(scheduledId) === "TimerCreated") return this.operations.complete(scheduledId, {});
    this.operations.timeOut(scheduledId);
  }

  #cancel(reason: string | undefined): void {
    this.#cancelled = cancelled(reason);
    for (const { eventId } of this.operations.list()) {
      if (this.decide({ kind: "OperationCancelled", scheduledId: eventId, cause: "cancel" }) === undefined) return;
      this.operations.cancel(eventId, this.#cancelled);
    }
  }

  // What runs outside of a turn must not move the numbers that replay will repeat.
  get #scopedRandom(): SeededRandom {
    if (this.#inTurn) return this.random;
    this.#strayRandom ??= new SeededRandom(`stray:${this.started.runId}:${this.started.executionId}`);
    return this.#strayRandom;
  }

  #outcome(): Outcome {
    const error = this.log.divergence ?? this.#fault;
    if (error !== undefined) return { kind: "fault", error };
    if (this.#end !== undefined) return { kind: "ended", event: this.#end };
    if (this.#started !== undefined && this.operations.size === 0) {
      this.#fault = foreignAwait(this.options.instanceId);
      return { kind: "fault", error: this.#fault };
    }
    return { kind: "waiting" };
  }
}

const maxRecordedBytes = 256 * 1024 * 1024;
