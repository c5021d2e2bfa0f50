import type {
  CommitBatch,
  CommitResult,
  InstanceProgress,
  TurnCommit,
  TurnOutcome,
  Undelivered,
  Wake,
  WorkItem,
} from "../contract.ts";
import { endOfTurn } from "../end-of-turn.ts";
import { bigints, integers, texts } from "./binary-arrays.ts";
import type { Carriers } from "./carriers.ts";
import { encodeBatch, type EncodedBatch, gapIn, handsOn } from "./encode-batch.ts";
import { workKind } from "./fetch-work.ts";
import { isOld, type LowWater } from "./low-water.ts";
import { groupRows, type MessageColumns, messageFromColumns, messageLimitOf } from "./message-lane.ts";
import type { Store } from "./store.ts";
import { firstDelivery } from "./work-item.ts";

/** As `commit_batch` answers. */
interface Answer {
  readonly store_now: number;
  /**
   * 0 fenced, 1 committed, 2 committed before, 3 committed before and no longer this node's, 4 refused. Null if all are
   * committed, because otherwise none would be: only a batch that is committed with care is told apart.
   */
  readonly turns: number[] | null;
  readonly results: boolean[] | null;
  /** For each of `claimWork`, how much older work waits for its slots; at most as much as there are. */
  readonly older: number[] | null;
  readonly messages: MessageColumns[] | null;
  readonly starts: (string | null)[] | null;
  readonly undelivered: [n: number, status: "unknown" | "ended"][] | null;
  readonly purged: [t: number, body: string][] | null;
  readonly woken: boolean;
}

export interface CommitOptions {
  readonly lockTimeoutMs: number;
  /** Each turn is judged before anything is written; otherwise the batch fails if one of them does not hold. */
  readonly isCareful: boolean;
}

/** One round trip, all or nothing: whatever is wrong with one part makes the whole batch fail. */
export async function commitBatch(store: Store, batch: CommitBatch, options: CommitOptions): Promise<CommitResult> {
  const { encoded, isCareful } = encode(store, batch, options);
  const answer = await store.db.callOften<Answer>(
    "commit_batch",
    batch.nodeId,
    isCareful,
    encoded.settles,
    messageLimitOf(batch),
    options.lockTimeoutMs,
    ...columnsOf(encoded),
    ...rivals(encoded, batch.claimWork, store.lowWater),
    ...cancels(encoded),
    json(encoded.timers),
    json(encoded.state),
    json(encoded.starts),
    json(encoded.messages),
    json(encoded.results),
  );
  const work = claimedWork(batch, encoded, answer);
  noteCarriers(store.carriers, { batch, encoded, answer, work });
  announce(store, batch, answer, work.length);
  return {
    storeNow: answer.store_now,
    turns: turnOutcomes(batch, encoded, answer),
    results: batch.results.map((_result, index) => (answer.results?.[index] === true ? "committed" : "fenced")),
    work,
  };
}

function encode({ carriers }: Store, batch: CommitBatch, options: CommitOptions) {
  if (!options.isCareful) {
    const encoded = encodeBatch(batch, carriers);
    if (!encoded.needsCare) return { encoded, isCareful: false };
  }
  return { encoded: encodeBatch(batch, null), isCareful: true };
}

interface Committed {
  readonly batch: CommitBatch;
  readonly encoded: EncodedBatch;
  readonly answer: Answer;
  readonly work: readonly WorkItem[];
}

function noteCarriers(carriers: Carriers, { batch, encoded: { turns }, answer, work }: Committed): void {
  for (const [index, { ref }] of batch.turns.entries()) {
    // With care, all that turns are about is set down.
    const isEmpty = answer.turns === null ? handsOn(turns.flags[index] as number) : isApplied(answer, index);
    if (isEmpty) carriers.isEmpty(ref);
  }
  for (const { instance } of batch.results) carriers.isEmpty(instance);
  for (const { instance } of work) if (instance !== undefined) carriers.carries(instance);
}

/** What becomes of a batch without a lease. */
export function fencedBatch(storeNow: number, { turns, results }: CommitBatch): CommitResult {
  return {
    storeNow,
    turns: turns.map(() => ({ status: "fenced" })),
    results: results.map(() => "fenced"),
    work: [],
  };
}

const json = (rows: Record<string, unknown>[]): string | null => (rows.length === 0 ? null : JSON.stringify(rows));

function columnsOf({ turns, acks, fences, events, work }: EncodedBatch): (Buffer | null)[] {
  return [
    bigints(turns.key),
    texts(turns.id),
    integers(turns.epoch),
    integers(turns.execution),
    integers(turns.last),
    integers(turns.events),
    integers(turns.flags),
    texts(turns.ended),
    integers(turns.carried),
    integers(turns.room),
    integers(turns.next),
    texts(turns.handler),
    bigints(turns.available),
    texts(turns.quarantine),
    texts(turns.status),
    texts(turns.version),
    texts(turns.custom),
    integers(acks.turn),
    integers(acks.lane),
    bigints(acks.seq),
    integers(fences.turn),
    texts(fences.id),
    integers(fences.delivery),
    integers(events.turn),
    integers(events.id),
    bigints(events.at),
    texts(events.body),
    texts(events.payload),
    integers(work.turn),
    texts(work.id),
    texts(work.queue),
    texts(work.name),
    bigints(work.startBy),
    texts(work.body),
    texts(work.payload),
    texts(work.session),
    integers(work.slot),
    integers(work.spare),
  ];
}

/** Where older work may wait for the slots that the batch's own could have. */
function rivals({ work }: EncodedBatch, slots: CommitBatch["claimWork"], lowWater: LowWater): (Buffer | null)[] {
  const wanted = new Set(work.slot);
  const kinds = slots.flatMap(({ queue, activities }, index) =>
    wanted.has(index + 1) ? activities.map((name) => ({ slot: index + 1, queue, name })) : [],
  );
  return [
    integers(slots.map(({ limit }) => limit)),
    integers(kinds.map(({ slot }) => slot)),
    texts(kinds.map(({ queue }) => queue)),
    texts(kinds.map(({ name }) => name)),
    bigints(lowWater.floors(kinds.map(({ queue, name }) => workKind(queue, name)))),
  ];
}

function cancels({ cancelledWork, cancelledTimers, setDown, closing }: EncodedBatch): (Buffer | null)[] {
  return [
    integers(cancelledWork.turn),
    texts(cancelledWork.id),
    integers(cancelledTimers.turn),
    integers(cancelledTimers.eventId),
    bigints(setDown),
    integers(closing),
  ];
}

function turnOutcomes(batch: CommitBatch, encoded: EncodedBatch, answer: Answer): TurnOutcome[] {
  const messages = groupRows(answer.messages);
  const undelivered = undeliveredByTurn(batch, encoded, answer);
  return batch.turns.map((turn, index) => {
    const status = answer.turns === null ? 1 : answer.turns[index];
    if (status === 0) return { status: "fenced" };
    if (status === 4) return { status: "fenced", refused: gapIn(turn) ?? "" };
    return {
      status: "committed",
      messages: (messages.get(index + 1) ?? []).map(messageFromColumns),
      undelivered: undelivered.get(index + 1) ?? [],
    };
  });
}

function undeliveredByTurn(batch: CommitBatch, encoded: EncodedBatch, answer: Answer): Map<number, Undelivered[]> {
  const byTurn = new Map<number, Undelivered[]>();
  const add = (t: number, item: Undelivered) => void byTurn.set(t, [...(byTurn.get(t) ?? []), item]);
  for (const [index, start] of encoded.starts.entries()) {
    const t = start["t"] as number;
    const isLost = isApplied(answer, t - 1) && answer.starts?.[index] !== start["run"];
    if (isLost) add(t, { instanceId: start["id"] as string, why: "exists", body: start["body"] as string });
  }
  for (const [n, why] of answer.undelivered ?? []) {
    const message = encoded.messages[n - 1] as Record<string, unknown>;
    // Only what the turn itself sent: whoever completes an item, or loses a start, does not wait for an answer.
    if (message["t"] === undefined || message["s"] !== undefined) continue;
    add(message["t"] as number, { instanceId: message["id"] as string, why, body: message["body"] as string });
  }
  for (const [t, body] of answer.purged ?? []) {
    add(t, { instanceId: (batch.turns[t - 1] as TurnCommit).instanceId, why: "purged", body });
  }
  return byTurn;
}

function claimedWork(
  batch: CommitBatch,
  { work, turns }: EncodedBatch,
  { store_now: scheduledAt, ...answer }: Answer,
): WorkItem[] {
  const all = batch.turns.flatMap((turn, index) => turn.work.map((item) => ({ item, index, turn })));
  return all.flatMap(({ item, index, turn: { instanceId } }, place) => {
    const slot = work.slot[place] ?? null;
    if (slot === null || !isApplied(answer, index)) return [];
    if ((answer.older?.[slot - 1] ?? 0) > (work.spare[place] ?? 0)) return [];
    const isCarried = turns.carried[index] === place + 1;
    return firstDelivery(item, { instanceId, scheduledAt, carrier: isCarried ? turns.key[index] : undefined });
  });
}

function announce({ hints }: Store, batch: CommitBatch, answer: Answer, claimed: number): void {
  const turns = batch.turns.filter((_turn, index) => isApplied(answer, index));
  const scheduled = turns.reduce((count, turn) => count + turn.work.length, 0) - claimed;
  const results = batch.results.filter((_result, index) => answer.results?.[index] === true);
  const handedBack = results.some(({ kind }) => kind !== "complete");
  const dueAt = turns.flatMap(({ timers }) => timers.map((timer) => Math.ceil(timer.dueAt)));
  const started = turns.flatMap(({ starts }) => starts.map(({ instanceId }) => instanceId));
  const ending = turns.filter(isEnd);
  const timerDueAt = dueAt.length === 0 ? null : dueAt.reduce((first, at) => Math.min(first, at));
  const wake = {
    instances: answer.woken || started.length > 0,
    work: scheduled > 0 || handedBack,
    timerDueAt,
    changed: [...turns.filter(showsChange).map(({ instanceId }) => instanceId), ...started],
    ended: ending.map(({ instanceId }) => instanceId),
    ...endsOf(ending),
  };
  const isPast = timerDueAt !== null && isOld(timerDueAt, answer.store_now);
  // What is handed back keeps its place in the line.
  if (isPast || results.some(({ kind }) => kind === "abandon")) hints.cameOld(wake);
  else hints.changed(wake);
}

/** Whether the turn at this place is committed by this very call. */
const isApplied = ({ turns }: Pick<Answer, "turns">, index: number): boolean => turns === null || turns[index] === 1;

function endsOf(turns: readonly TurnCommit[]): Pick<Wake, "ends"> {
  const ends = new Map<string, InstanceProgress>();
  for (const turn of turns) {
    const end = endOfTurn(turn);
    if (end !== null) ends.set(turn.instanceId, end);
  }
  return ends.size === 0 ? {} : { ends };
}

const isEnd = ({ closes, nextExecutionId }: TurnCommit) => closes && nextExecutionId === null;

function showsChange({ projection, nextExecutionId, quarantine }: TurnCommit): boolean {
  const { status = null, version = null, customStatus = null } = projection ?? {};
  return [status, version, customStatus, nextExecutionId, quarantine].some((value) => value !== null);
}
