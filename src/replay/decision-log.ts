import { callSite } from "../definition/index.ts";
import { NondeterminismError } from "../errors/index.ts";
import type { Decision, DecisionDraft, EventKind, HistoryEvent, ReceivedEvent } from "../history/index.ts";
import { describeDifference, describeEvent } from "./describe-event.ts";
import { isSameDecision } from "./same-decision.ts";

export interface DecisionLogOptions {
  /** Whose log it is, for the report. */
  readonly instance: string;
  /** Where the function is defined: what a report falls back to. */
  readonly definedAt: string | undefined;
  /** What else is known about why the two may differ. */
  readonly note: string | undefined;
}

/** The end of every report of a divergence. */
export const divergenceAdvice = "Deploy the code that wrote this history, or give the changed code a new version.";

/**
 * Gives every event its place. While replaying, a decision must be the one that the history has in that place; after
 * that, decisions are new. Once the two differ nothing more is recorded, and `divergence` says how.
 */
export class DecisionLog {
  readonly #options: DecisionLogOptions;
  readonly #kinds: EventKind[] = [];
  #fresh: HistoryEvent[] = [];
  #expected: readonly HistoryEvent[] = [];
  #cursor = 0;
  #lastCallSite: string | undefined;
  #now = 0;
  isReplaying = false;
  divergence: NondeterminismError | undefined;

  constructor(options: DecisionLogOptions) {
    this.#options = options;
  }

  get lastEventId(): number {
    return this.#kinds.length;
  }

  /** Of the decision that would be made now. */
  nextEventId(): number {
    this.#passPatches();
    return this.lastEventId + 1;
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

  /**
   * The decision as recorded, which may be an older self of this one; undefined if it is not what was recorded.
   *
   * @param site where the user's code made it, if that is not on the stack.
   */
  decide(draft: DecisionDraft, site?: string): Decision | undefined {
    if (this.divergence !== undefined) return undefined;
    if (this.isReplaying && draft.kind !== "PatchMarked") this.#passPatches();
    const made = { ...draft, eventId: this.lastEventId + 1, at: this.#now } as Decision;
    if (!this.isReplaying) {
      this.#kinds.push(made.kind);
      this.#fresh.push(made);
      return made;
    }
    const recorded = this.#expected[this.#cursor] as Decision | undefined;
    if (recorded === undefined) {
      this.diverge(nothingFurther, describeEvent(made), site ?? callSite());
    } else if (recorded.eventId !== made.eventId) {
      this.outOfPlace(recorded);
    } else if (isSameDecision(recorded, made)) {
      this.#cursor += 1;
      this.#kinds.push(recorded.kind);
      return recorded;
    } else {
      this.diverge(...describeDifference(recorded, made), site ?? callSite());
    }
    return undefined;
  }

  /** Whether an execution with these decisions went the new way of this patch. */
  expectsPatch(id: string): boolean {
    const next = this.#expected[this.#cursor];
    return next?.kind === "PatchMarked" && next.id === id;
  }

  /**
   * In replay: the decision that the history has next; undefined if the function decides nothing more at this point.
   */
  next(): HistoryEvent | undefined {
    let cursor = this.#cursor;
    while (this.#expected[cursor]?.kind === "PatchMarked") cursor += 1;
    return this.#expected[cursor];
  }

  /** After the function has come to rest: everything that the history says it decided, it must have decided. */
  settleExpected(functionHasEnded: boolean): void {
    this.#passPatches();
    const missing = this.#expected[this.#cursor];
    this.expect([]);
    if (missing === undefined || this.divergence !== undefined) return;
    this.diverge(describeEvent(missing), functionHasEnded ? "the function has ended" : nothingFurther);
  }

  /** Noted at every call of a context method in a traced replay, to say where code that stopped short last was. */
  noteCallSite(): void {
    this.#lastCallSite = callSite();
  }

  /** An event whose id is not the one of its place: before it the history has lost or doubled something. */
  outOfPlace({ eventId, kind }: HistoryEvent): void {
    this.diverge(`${kind} with event id ${eventId}`, `event ${this.lastEventId + 1} is next: a gap or a duplicate`);
  }

  /** The next event is not what it has to be. */
  diverge(expected: string, actual: string, site?: string): void {
    const eventId = this.lastEventId + 1;
    this.divergence ??= new NondeterminismError(
      `The code of ${this.#options.instance} does not do what its history says it did.\n` +
        `  event ${eventId}\n  expected (history): ${expected}\n  actual (code):      ${actual}\n` +
        `  ${this.#whereabouts(site)}\n` +
        (this.#options.note === undefined ? "" : `  ${this.#options.note}\n`) +
        divergenceAdvice,
      { eventId, expected, actual, site: site ?? this.#lastCallSite ?? this.#options.definedAt },
    );
  }

  /** The new events since the last call, in order. */
  takeFresh(): HistoryEvent[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }

  // A mark has no effect of its own: code whose old way is gone does not ask for it any more.
  #passPatches(): void {
    while (this.#expected[this.#cursor]?.kind === "PatchMarked") {
      this.#cursor += 1;
      this.#kinds.push("PatchMarked");
    }
  }

  #whereabouts(site: string | undefined): string {
    if (site !== undefined) return `at: ${site}`;
    if (this.#lastCallSite !== undefined) return `after: ${this.#lastCallSite}`;
    return `in the function defined at: ${this.#options.definedAt ?? "unknown"}`;
  }
}

const nothingFurther = "no further decision at this point";
