import { NondeterminismError } from "../errors/index.ts";
import type { Decision, DecisionDraft, EventKind, HistoryEvent, ReceivedEvent } from "../history/index.ts";
import { callSite } from "./call-site.ts";
import { describeEvent } from "./describe-event.ts";
import { isSameDecision } from "./same-decision.ts";

/**
 * Gives every event its place. While replaying, a decision must be the one that the history has in that place; after
 * that, decisions are new. Once the two differ nothing more is recorded, and `divergence` says how.
 */
export class DecisionLog {
  readonly #instance: string;
  readonly #kinds: EventKind[] = [];
  #fresh: HistoryEvent[] = [];
  #expected: readonly HistoryEvent[] = [];
  #cursor = 0;
  #lastCallSite: string | undefined;
  #now = 0;
  isReplaying = false;
  divergence: NondeterminismError | undefined;

  constructor(instance: string) {
    this.#instance = instance;
  }

  get lastEventId(): number {
    return this.#kinds.length;
  }

  /** When the last event was delivered; never decreases. */
  get now(): number {
    return this.#now;
  }

  kindOf(eventId: number): EventKind | undefined {
    return this.#kinds[eventId - 1];
  }

  received(event: ReceivedEvent): void {
    this.#now = event.at;
    this.#kinds.push(event.kind);
    if (!this.isReplaying) this.#fresh.push(event);
  }

  /** What the function has to decide now, before the next event is received. */
  expect(decisions: readonly HistoryEvent[]): void {
    this.#expected = decisions;
    this.#cursor = 0;
  }

  /** The decision as recorded, which may be an older self of this one; undefined if it is not what was recorded. */
  decide(draft: DecisionDraft): Decision | undefined {
    if (this.divergence !== undefined) return undefined;
    const made = { ...draft, eventId: this.lastEventId + 1, at: this.#now } as Decision;
    if (!this.isReplaying) {
      this.#kinds.push(made.kind);
      this.#fresh.push(made);
      return made;
    }
    const recorded = this.#expected[this.#cursor] as Decision | undefined;
    if (recorded === undefined || !isSameDecision(recorded, made)) {
      const expected = recorded === undefined ? "no further decision at this point" : describeEvent(recorded);
      this.diverge(made.eventId, expected, describeEvent(made), callSite());
      return undefined;
    }
    this.#cursor += 1;
    this.#kinds.push(recorded.kind);
    return recorded;
  }

  /** After the function has come to rest: everything that the history says it decided, it must have decided. */
  settleExpected(functionHasReturned: boolean): void {
    const missing = this.#expected[this.#cursor];
    if (missing === undefined || this.divergence !== undefined) return;
    const actual = functionHasReturned ? "the function has ended" : "no further decision at this point";
    this.diverge(missing.eventId, describeEvent(missing), actual, this.#lastCallSite);
  }

  /** Noted at every call of a context method in a traced replay, to say where code that stopped short last was. */
  noteCallSite(): void {
    this.#lastCallSite = callSite();
  }

  diverge(eventId: number, expected: string, actual: string, at: string | undefined): void {
    this.divergence ??= new NondeterminismError(
      `The code of ${this.#instance} does not do what its history says it did.\n` +
        `  event ${eventId}\n  expected (history): ${expected}\n  actual (code):      ${actual}\n` +
        `  at: ${at ?? "unknown"}\n` +
        "Deploy the code that wrote this history, or give the changed code a new version.",
      { eventId, expected, actual },
    );
  }

  /** The new events since the last call, in order. */
  takeFresh(): HistoryEvent[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }
}
