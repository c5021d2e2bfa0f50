import type { CommitBatch, NewMessage, TurnCommit } from "../contract.ts";
import { encodeStart } from "./encode-start.ts";
import { workKind } from "./fetch-work.ts";
import { hasEnded } from "./instance-row.ts";
import type { LowWater } from "./low-water.ts";
import { laneNumbers, splitToken } from "./message-lane.ts";

type Row = Record<string, unknown>;
type Rows = Row[];

/**
 * A batch as `commit_batch` takes it: for each table the rows that go there, all turns together. A row names its turn
 * by its place in the batch, from 1.
 */
export interface EncodedBatch {
  readonly turns: Rows;
  readonly changes: Rows;
  readonly acks: Rows;
  readonly fences: Rows;
  readonly events: Rows;
  readonly work: Rows;
  readonly timers: Rows;
  readonly state: Rows;
  readonly cancels: Rows;
  readonly starts: Rows;
  readonly messages: Rows;
  readonly results: Rows;
}

export function encodeBatch(batch: CommitBatch): EncodedBatch {
  const encoded: EncodedBatch = {
    turns: [],
    changes: [],
    acks: [],
    fences: [],
    events: [],
    work: [],
    timers: [],
    state: [],
    cancels: [],
    starts: [],
    messages: [],
    results: [],
  };
  for (const [index, turn] of batch.turns.entries()) encodeTurn(encoded, turn, index + 1);
  encodeResults(encoded, batch);
  return encoded;
}

/** The slots as `schedule_work` takes them, with the low water of what might be waiting for them. */
export function encodeSlots(slots: CommitBatch["claimWork"], lowWater: LowWater): Rows {
  return slots.map(({ queue, activities, limit }, index) => ({
    n: index + 1,
    queue,
    names: activities,
    size: limit,
    floor: Math.min(...lowWater.floors(activities.map((name) => workKind(queue, name)))),
  }));
}

function encodeTurn(to: EncodedBatch, turn: TurnCommit, t: number): void {
  const x = turn.executionId;
  to.turns.push(encodeFence(turn, t));
  const changes = encodeChanges(turn, t);
  if (changes !== null) to.changes.push(changes);
  for (const token of turn.ackedMessages) to.acks.push({ t, ...splitToken(token) });
  for (const { id, delivery } of turn.ackedWork) to.fences.push({ t, id, delivery });
  for (const { eventId, at, body, payload } of turn.events) {
    to.events.push({ t, x, id: eventId, at: Math.floor(at), body, payload });
  }
  for (const { id, queue, name, startBy, body, payload, session } of turn.work) {
    const start_by = startBy === null ? null : Math.ceil(startBy);
    to.work.push({ n: to.work.length + 1, t, x, id, queue, name, start_by, body, payload, session });
  }
  for (const { eventId, partition, dueAt, body } of turn.timers) {
    // Rounded up: never early.
    to.timers.push({ t, x, id: eventId, partition, due: Math.ceil(dueAt), body });
  }
  // Only how each key ends up: the rows of a batch are written all at once.
  const state = new Map(turn.state.map(({ key, payload }) => [key, payload]));
  for (const [name, payload] of state) to.state.push({ t, name, payload });
  for (const id of turn.cancelledWork) to.cancels.push({ t, x, id });
  for (const timer of turn.cancelledTimers) to.cancels.push({ t, x, timer });
  if (turn.closes) to.cancels.push({ t, x });
  for (const start of turn.starts) {
    const s = to.starts.length + 1;
    to.starts.push(encodeStart(start, s, t));
    if (start.onConflict !== null) to.messages.push(encodeMessage(to, start.onConflict, { t, s, run: start.runId }));
  }
  for (const message of turn.messages) to.messages.push(encodeMessage(to, message, { t }));
}

/** What a turn is, as bits; see `commit_batch`. */
const flags = { didSomething: 1, releases: 2, ends: 4, settles: 8, hasGap: 16 };

function encodeFence(turn: TurnCommit, n: number): Row {
  const { ackedMessages, ackedWork, events, projection, release } = turn;
  const ends = hasEnded(projection?.status ?? "running");
  return {
    n,
    key: Number(turn.ref),
    turn: turn.turnId,
    epoch: turn.epoch,
    exec: turn.executionId,
    last: turn.lastEventId,
    events: events.length,
    flags:
      // A turn that took nothing in and brought nothing forth proves nothing: the claims go on counting.
      (events.length + ackedMessages.length + ackedWork.length > 0 ? flags.didSomething : 0) +
      (release ? flags.releases : 0) +
      (ends ? flags.ends : 0) +
      (release || ends || ackedMessages.length > 0 ? flags.settles : 0) +
      (gapIn(turn) === null ? 0 : flags.hasGap),
    ...(turn.mailboxRoom !== undefined && { room: turn.mailboxRoom }),
  };
}

/** What a turn changes besides the place where its history ends; null for nearly every turn. */
function encodeChanges(turn: TurnCommit, t: number): Row | null {
  const { projection, nextExecutionId, release } = turn;
  if (projection === null && nextExecutionId === null && !release) return null;
  const { status = null, version = null, customStatus = null, handler = null } = projection ?? {};
  return {
    t,
    next: nextExecutionId,
    handler,
    available: Math.ceil(turn.availableInMs),
    quarantine: turn.quarantine,
    uncounted: release && turn.claimDoesNotCount === true ? 1 : 0,
    status,
    version,
    custom: customStatus,
    changed: status !== null || customStatus !== null || nextExecutionId !== null,
  };
}

/** Why the events of a turn cannot follow what is stored, if they cannot. */
export function gapIn({ events, lastEventId }: TurnCommit): string | null {
  const index = events.findIndex(({ eventId }, place) => eventId !== lastEventId + place + 1);
  return index === -1 ? null : `Event id ${events[index]?.eventId} where ${lastEventId + index + 1} follows.`;
}

function encodeMessage(to: EncodedBatch, message: NewMessage, from: Row): Row {
  const { instanceId, lane, body, payload } = message;
  return { n: to.messages.length + 1, ...from, id: instanceId, lane: laneNumbers[lane], body, payload };
}

function encodeResults(to: EncodedBatch, { results }: CommitBatch): void {
  for (const [index, result] of results.entries()) {
    const n = index + 1;
    const { id, delivery, kind } = result;
    const retry = kind === "retry" ? { delay: Math.ceil(result.delayMs), note: result.note } : {};
    to.results.push({ n, id, delivery, kind, ...retry });
    if (kind === "complete") to.messages.push(encodeMessage(to, result.message, { r: n }));
  }
}
