import type { CommitBatch, CommitResult, TurnCommit, TurnOutcome, Undelivered, WorkItem } from "../contract.ts";
import { encodeBatch, type EncodedBatch, encodeSlots, gapIn } from "./encode-batch.ts";
import { isOld } from "./low-water.ts";
import { groupRows, type MessageColumns, messageFromColumns } from "./message-lane.ts";
import type { Store } from "./store.ts";

const defaultMessageLimit = 1_000;

/** As `commit_batch` answers; everything is null when the node's lease does not hold. */
interface Answer {
  readonly store_now: number;
  /** 0 fenced, 1 committed, 2 committed before, 3 committed before and no longer this node's, 4 refused. */
  readonly turns: number[] | null;
  readonly results: boolean[] | null;
  readonly work: number[] | null;
  readonly messages: MessageColumns[] | null;
  readonly starts: (string | null)[] | null;
  readonly undelivered: [n: number, status: "unknown" | "ended"][] | null;
  readonly purged: [t: number, body: string][] | null;
  readonly woken: boolean;
}

/** One round trip, all or nothing: whatever is wrong with one part makes the whole batch fail. */
export async function commitBatch(store: Store, batch: CommitBatch, lockTimeoutMs: number): Promise<CommitResult> {
  const encoded = encodeBatch(batch);
  const answer = await store.db.callOften<Answer>(
    "commit_batch",
    batch.nodeId,
    JSON.stringify(encoded.turns),
    json(encoded.changes),
    json(encoded.acks),
    json(encoded.fences),
    json(encoded.events),
    json(encoded.work),
    json(encoded.timers),
    json(encoded.state),
    json(encoded.cancels),
    json(encoded.starts),
    json(encoded.messages),
    json(encoded.results),
    json(encodeSlots(batch.claimWork, store.lowWater)),
    batch.messageLimit ?? defaultMessageLimit,
    lockTimeoutMs,
  );
  const isCommitted = (turn: number) => answer.turns?.[turn] === 1;
  announce(store, batch, answer, isCommitted);
  return {
    storeNow: answer.store_now,
    turns: turnOutcomes(batch, encoded, answer),
    results: batch.results.map((_result, index) => (answer.results?.[index] === true ? "committed" : "fenced")),
    work: claimedWork(batch, answer),
  };
}

const json = (rows: Record<string, unknown>[]): string | null => (rows.length === 0 ? null : JSON.stringify(rows));

function turnOutcomes(batch: CommitBatch, encoded: EncodedBatch, answer: Answer): TurnOutcome[] {
  const messages = groupRows(answer.messages);
  const undelivered = undeliveredByTurn(batch, encoded, answer);
  return batch.turns.map((turn, index) => {
    const status = answer.turns?.[index] ?? 0;
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
    const isLost = answer.turns?.[t - 1] === 1 && answer.starts?.[index] !== start["run"];
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

function claimedWork(batch: CommitBatch, answer: Answer): WorkItem[] {
  if (answer.work === null) return [];
  const all = batch.turns.flatMap((turn) => turn.work.map((item) => ({ item, instanceId: turn.instanceId })));
  const delivery = { delivery: 1, failures: 0, lost: 0, scheduledAt: answer.store_now, heartbeat: null, note: null };
  return answer.work.map((n) => {
    const { item, instanceId } = all[n - 1] as (typeof all)[number];
    const { id, queue, name, body, payload } = item;
    return { id, queue, name, instanceId, body, payload, ...delivery };
  });
}

function announce({ hints }: Store, batch: CommitBatch, answer: Answer, isCommitted: (turn: number) => boolean): void {
  const turns = batch.turns.filter((_turn, index) => isCommitted(index));
  const scheduled = turns.reduce((count, turn) => count + turn.work.length, 0) - (answer.work?.length ?? 0);
  const results = batch.results.filter((_result, index) => answer.results?.[index] === true);
  const handedBack = results.some(({ kind }) => kind !== "complete");
  const dueAt = turns.flatMap(({ timers }) => timers.map((timer) => Math.ceil(timer.dueAt)));
  const started = turns.flatMap(({ starts }) => starts.map(({ instanceId }) => instanceId));
  const timerDueAt = dueAt.length === 0 ? null : dueAt.reduce((first, at) => Math.min(first, at));
  const wake = {
    instances: answer.woken || started.length > 0,
    work: scheduled > 0 || handedBack,
    timerDueAt,
    changed: [...turns.filter(showsChange).map(({ instanceId }) => instanceId), ...started],
    ended: turns.filter(isEnd).map(({ instanceId }) => instanceId),
  };
  const isPast = timerDueAt !== null && isOld(timerDueAt, answer.store_now);
  // What is handed back keeps its place in the line.
  if (isPast || results.some(({ kind }) => kind === "abandon")) hints.cameOld(wake);
  else hints.changed(wake);
}

const isEnd = ({ closes, nextExecutionId }: TurnCommit) => closes && nextExecutionId === null;

function showsChange({ projection, nextExecutionId, quarantine }: TurnCommit): boolean {
  const { status = null, version = null, customStatus = null } = projection ?? {};
  return [status, version, customStatus, nextExecutionId, quarantine].some((value) => value !== null);
}
