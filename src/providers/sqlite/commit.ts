import type { CommitBatch, CommitResult, TurnOutcome } from "../contract.ts";
import { commitResult } from "./commit-result.ts";
import { type CommittedTurn, commitTurn } from "./commit-turn.ts";
import { holdsLease } from "./node-lease.ts";
import { queuedMessages } from "./queued-messages.ts";
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
}

export function commit(tx: Transaction, batch: CommitBatch): CommitResult {
  if (!holdsLease(tx, batch.nodeId)) return fencedBatch(tx, batch);
  const slots = new WorkSlots(tx, batch.claimWork);
  const context: BatchContext = { tx, nodeId: batch.nodeId, slots, receivers: new Set() };
  const turns = batch.turns.map((turn) => commitTurn(context, turn));
  const results = batch.results.map((result) => commitResult(context, result));
  // Only now: the parts of a batch may send messages to the instances of its turns.
  const limit = batch.messageLimit ?? defaultMessageLimit;
  const answers = turns.map((turn) => (turn.status === "fenced" ? turn : answerTurn(context, turn, limit)));
  return { storeNow: tx.now, turns: answers, results, work: slots.claimed };
}

function answerTurn({ tx, receivers }: BatchContext, turn: CommittedTurn, limit: number): TurnOutcome {
  const mayHaveMail = !turn.released && (turn.hadMail || receivers.has(turn.key));
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
