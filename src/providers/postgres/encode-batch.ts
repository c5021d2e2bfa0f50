import type { CommitBatch, NewMessage, TurnCommit } from "../contract.ts";
import type { Carriers, Carries } from "./carriers.ts";
import { encodeStart } from "./encode-start.ts";
import { hasEnded } from "./instance-row.ts";
import { laneNumbers, splitToken } from "./message-lane.ts";

type Row = Record<string, unknown>;
type Rows = Row[];
type Nullable<T> = (T | null)[];

/**
 * A batch as `commit_batch` takes it: for each table the rows that go there, all turns together. What nearly every turn
 * has is in columns, which become arrays; the rest in rows, which become JSON. A row names its turn by its place in the
 * batch, from 1.
 */
export interface EncodedBatch extends Tables {
  /** Entries of some of its instances have to be put right. */
  readonly settles: boolean;
  /** It cannot be taken for granted that all turns hold, or the clock has to be read after the wait for their locks. */
  readonly needsCare: boolean;
}

interface Tables {
  readonly turns: TurnColumns;
  readonly acks: { readonly turn: number[]; readonly lane: number[]; readonly seq: number[] };
  readonly fences: { readonly turn: number[]; readonly id: string[]; readonly delivery: number[] };
  readonly events: EventColumns;
  readonly work: WorkColumns;
  readonly cancelledWork: { readonly turn: number[]; readonly id: string[] };
  readonly cancelledTimers: { readonly turn: number[]; readonly eventId: number[] };
  /** Instances whose rows carry what must be in the queue. */
  readonly setDown: number[];
  /** Turns that close their execution. */
  readonly closing: number[];
  readonly timers: Rows;
  readonly state: Rows;
  readonly starts: Rows;
  readonly messages: Rows;
  readonly results: Rows;
}

interface TurnColumns {
  readonly key: number[];
  readonly id: string[];
  readonly epoch: number[];
  readonly execution: number[];
  readonly last: number[];
  readonly events: number[];
  readonly flags: number[];
  readonly ended: Nullable<string>;
  readonly carried: Nullable<number>;
  readonly room: Nullable<number>;
  readonly next: Nullable<number>;
  readonly handler: Nullable<string>;
  readonly available: Nullable<number>;
  readonly quarantine: Nullable<string>;
  readonly status: Nullable<string>;
  readonly version: Nullable<string>;
  readonly custom: Nullable<string>;
}

interface EventColumns {
  readonly turn: number[];
  readonly id: number[];
  readonly at: number[];
  readonly body: string[];
  readonly payload: Nullable<string>;
}

interface WorkColumns {
  readonly turn: number[];
  readonly id: string[];
  readonly queue: string[];
  readonly name: string[];
  readonly startBy: Nullable<number>;
  readonly body: string[];
  readonly payload: Nullable<string>;
  readonly session: Nullable<string>;
  /** The slots that it may have, by their place in `claimWork`, from 1. */
  readonly slot: Nullable<number>;
  /** How many of those are left when it has one, and all before it. */
  readonly spare: Nullable<number>;
}

/** Without `carriers`, everything that the batch says of work items is said of rows of the queue. */
export function encodeBatch(batch: CommitBatch, carriers: Carriers | null): EncodedBatch {
  const tables: Tables = {
    turns: {
      key: [],
      id: [],
      epoch: [],
      execution: [],
      last: [],
      events: [],
      flags: [],
      ended: [],
      carried: [],
      room: [],
      next: [],
      handler: [],
      available: [],
      quarantine: [],
      status: [],
      version: [],
      custom: [],
    },
    acks: { turn: [], lane: [], seq: [] },
    fences: { turn: [], id: [], delivery: [] },
    events: { turn: [], id: [], at: [], body: [], payload: [] },
    work: {
      turn: [],
      id: [],
      queue: [],
      name: [],
      startBy: [],
      body: [],
      payload: [],
      session: [],
      slot: [],
      spare: [],
    },
    cancelledWork: { turn: [], id: [] },
    cancelledTimers: { turn: [], eventId: [] },
    setDown: [],
    closing: [],
    timers: [],
    state: [],
    starts: [],
    messages: [],
    results: [],
  };
  const slots = batch.claimWork.map(({ queue, activities, limit }) => ({ queue, names: new Set(activities), limit }));
  for (const [index, turn] of batch.turns.entries()) encodeTurn(tables, turn, { t: index + 1, slots, carriers });
  encodeResults(tables, batch);
  const settling = flags.releases | flags.ends | flags.settles;
  return {
    ...tables,
    settles: tables.turns.flags.some((flag) => (flag & settling) > 0),
    needsCare: batch.turns.some((turn) => gapIn(turn) !== null || turn.availableInMs > 0),
  };
}

interface FreeSlots {
  readonly queue: string;
  readonly names: ReadonlySet<string>;
  limit: number;
}

interface Place {
  readonly t: number;
  readonly slots: FreeSlots[];
  readonly carriers: Carriers | null;
}

function encodeTurn(to: Tables, turn: TurnCommit, { t, slots, carriers }: Place): void {
  const carries = carriers?.carriedBy(turn) ?? null;
  if (carries?.isInTheWay === true) to.setDown.push(Number(turn.ref));
  encodeFence(to.turns, turn, carries);
  for (const token of turn.ackedMessages) {
    const { lane, seq } = splitToken(token);
    to.acks.turn.push(t);
    to.acks.lane.push(lane);
    to.acks.seq.push(seq);
  }
  for (const fence of turn.ackedWork) {
    if (fence === carries?.ended) continue;
    const { id, delivery } = fence;
    to.fences.turn.push(t);
    to.fences.id.push(id);
    to.fences.delivery.push(delivery);
  }
  for (const { eventId, at, body, payload } of turn.events) {
    to.events.turn.push(t);
    to.events.id.push(eventId);
    to.events.at.push(Math.floor(at));
    to.events.body.push(body);
    to.events.payload.push(payload);
  }
  // What is going to be refused takes nobody's slots.
  const free = gapIn(turn) === null ? slots : [];
  for (const item of turn.work) {
    const hasSlot = encodeWork(to.work, item, { t, slots: free });
    if (hasSlot && item === carries?.next) to.turns.carried[t - 1] = to.work.id.length;
  }
  for (const { eventId, partition, dueAt, body } of turn.timers) {
    // Rounded up: never early.
    to.timers.push({ t, id: eventId, partition, due: Math.ceil(dueAt), body });
  }
  // Only how each key ends up: the rows of a batch are written all at once.
  const state = new Map(turn.state.map(({ key, payload }) => [key, payload]));
  for (const [name, payload] of state) to.state.push({ t, name, payload });
  for (const id of turn.cancelledWork) {
    to.cancelledWork.turn.push(t);
    to.cancelledWork.id.push(id);
  }
  for (const eventId of turn.cancelledTimers) {
    to.cancelledTimers.turn.push(t);
    to.cancelledTimers.eventId.push(eventId);
  }
  if (turn.closes) to.closing.push(t);
  for (const start of turn.starts) {
    const s = to.starts.length + 1;
    to.starts.push(encodeStart(start, s, t));
    if (start.onConflict !== null) to.messages.push(encodeMessage(to, start.onConflict, { t, s, run: start.runId }));
  }
  for (const message of turn.messages) to.messages.push(encodeMessage(to, message, { t }));
}

function encodeWork(to: WorkColumns, item: TurnCommit["work"][number], { t, slots }: Omit<Place, "carriers">): boolean {
  const { id, queue, name, startBy, body, payload, session = null } = item;
  to.turn.push(t);
  to.id.push(id);
  to.queue.push(queue);
  to.name.push(name);
  to.startBy.push(startBy === null ? null : Math.ceil(startBy));
  to.body.push(body);
  to.payload.push(payload);
  to.session.push(session);
  // Whose an item of a session is, is decided where it is fetched.
  const index = session === null ? slots.findIndex((slot) => slot.queue === queue && slot.names.has(name)) : -1;
  const slot = slots[index];
  if (slot !== undefined) slot.limit -= 1;
  const hasSlot = slot !== undefined && slot.limit >= 0;
  to.slot.push(hasSlot ? index + 1 : null);
  to.spare.push(hasSlot ? slot.limit : null);
  return hasSlot;
}

/** What a turn is, as bits; see `commit_batch`. */
const flags = {
  didSomething: 1,
  releases: 2,
  ends: 4,
  settles: 8,
  hasGap: 16,
  claimDoesNotCount: 32,
  showsChange: 64,
  handsOn: 128,
} as const;

export const handsOn = (bits: number): boolean => (bits & flags.handsOn) > 0;

function encodeFence(to: TurnColumns, turn: TurnCommit, carries: Carries | null): void {
  const { ackedMessages, ackedWork, events, projection, nextExecutionId, release } = turn;
  const { status = null, version = null, customStatus = null, handler = null } = projection ?? {};
  const ends = hasEnded(status ?? "running");
  to.key.push(Number(turn.ref));
  to.id.push(turn.turnId);
  to.epoch.push(turn.epoch);
  to.execution.push(turn.executionId);
  to.last.push(turn.lastEventId);
  to.events.push(events.length);
  to.flags.push(
    // A turn that took nothing in and brought nothing forth proves nothing: the claims go on counting.
    (events.length + ackedMessages.length + ackedWork.length > 0 ? flags.didSomething : 0) +
      (release ? flags.releases : 0) +
      (ends ? flags.ends : 0) +
      (release || ends || ackedMessages.length > 0 ? flags.settles : 0) +
      (gapIn(turn) === null ? 0 : flags.hasGap) +
      (release && turn.claimDoesNotCount === true ? flags.claimDoesNotCount : 0) +
      (status !== null || customStatus !== null || nextExecutionId !== null ? flags.showsChange : 0) +
      (carries === null ? 0 : flags.handsOn),
  );
  to.ended.push(carries?.ended?.id ?? null);
  to.carried.push(null);
  to.room.push(turn.mailboxRoom ?? null);
  to.next.push(nextExecutionId);
  to.handler.push(handler);
  to.available.push(turn.availableInMs > 0 ? Math.ceil(turn.availableInMs) : null);
  to.quarantine.push(turn.quarantine);
  to.status.push(status);
  to.version.push(version);
  to.custom.push(customStatus);
}

/** Why the events of a turn cannot follow what is stored, if they cannot. */
export function gapIn({ events, lastEventId }: TurnCommit): string | null {
  const index = events.findIndex(({ eventId }, offset) => eventId !== lastEventId + offset + 1);
  return index === -1 ? null : `Event id ${events[index]?.eventId} where ${lastEventId + index + 1} follows.`;
}

function encodeMessage(to: Tables, message: NewMessage, from: Row): Row {
  const { instanceId, lane, body, payload } = message;
  return { n: to.messages.length + 1, ...from, id: instanceId, lane: laneNumbers[lane], body, payload };
}

function encodeResults(to: Tables, { results }: CommitBatch): void {
  for (const [index, result] of results.entries()) {
    const n = index + 1;
    const { id, delivery, kind, instance } = result;
    if (instance !== undefined) to.setDown.push(Number(instance));
    const retry = kind === "retry" ? { delay: Math.ceil(result.delayMs), note: result.note } : {};
    to.results.push({ n, id, delivery, kind, ...retry });
    if (kind === "complete") to.messages.push(encodeMessage(to, result.message, { r: n }));
  }
}
