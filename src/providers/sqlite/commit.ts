import type { CommitBatch, CommitResult, TurnOutcome } from "../contract.ts";
import { commitResult } from "./commit-result.ts";
import { type CommittedTurn, commitTurn, type Fenced } from "./commit-turn.ts";
import { HistoryRows } from "./history-rows.ts";
import { holdsLease } from "./node-lease.ts";
import { queuedMessages } from "./queued-messages.ts";
import { WorkLost } from "./replace-work.ts";
import { isRefusal } from "./sqlite-errors.ts";
import type { Transaction } from "./transaction.ts";
import { WorkSlots } from "./work-slots.ts";

const defaultMessageLimit = 1_000;

/** What the parts of one batch share. */
export interface BatchContext {
  readonly tx: Transaction;
  readonly nodeId: string;
  readonly slots: WorkSlots;
  /** Instances that this batch sent a message to. */
  readonly receivers: Set<number>;
  readonly history: HistoryRows;
}

export function commit(tx: Transaction, batch: CommitBatch): CommitResult {
  if (!holdsLease(tx, batch.nodeId)) return fencedBatch(tx, batch);
  const slots = new WorkSlots(tx, batch.claimWork);
  const history = new HistoryRows(tx);
  const context: BatchContext = { tx, nodeId: batch.nodeId, slots, receivers: new Set(), history };
  const turns = batch.turns.map((turn) => applyPart(context, () => commitTurn(context, turn)));
  history.flush();
  const results = batch.results.map((result) => applyPart(context, () => commitResult(context, result)));
  // Only now: the parts of a batch may send messages to the instances of its turns.
  const limit = batch.messageLimit ?? defaultMessageLimit;
  const answers = turns.map((turn) => (turn.status === "fenced" ? turn : answerTurn(context, turn, limit)));
  return { storeNow: tx.now, turns: answers, results: results.map(({ status }) => status), work: slots.claimed };
}

/** What is wrong with one part of a batch leaves the others alone. */
function applyPart<T>({ tx, slots }: BatchContext, apply: () => T): T | Fenced {
  if (!tx.isolating) return apply();
  const restoreSlots = slots.mark();
  try {
    return tx.part(apply);
  } catch (error) {
    restoreSlots();
    if (error instanceof WorkLost) return { status: "fenced" };
    if (isRefusal(error)) return { status: "fenced", refused: (error as Error).message };
    throw error;
  }
}

function answerTurn({ tx, receivers }: BatchContext, turn: CommittedTurn, limit: number): TurnOutcome {
  const mayHaveMail = !turn.released && (turn.hasMail || receivers.has(turn.key));
  const messages = mayHaveMail ? queuedMessages(tx.db, turn.key, limit) : [];
  return { status: "committed", messages, undelivered: turn.undelivered };
}

function fencedBatch(tx: Transaction, batch: CommitBatch): CommitResult {
  return {
    storeNow: tx.now,
    turns: batch.turns.map(() => ({ status: "fenced" })),
    results: batch.results.map(() => "fenced"),
    work: [],
  };
}
