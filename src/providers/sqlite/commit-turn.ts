import { endOfTurn } from "../end-of-turn.ts";
import type { TurnCommit, Undelivered } from "../contract.ts";
import { advance, availableAt } from "./advance.ts";
import { applyDecisions } from "./apply-decisions.ts";
import type { BatchContext } from "./commit.ts";
import { hasEnded } from "./instance-row.ts";
import { replaceWork } from "./replace-work.ts";
import type { Transaction } from "./transaction.ts";

const SELECT_LAST_TURN = "SELECT owner, epoch, turn_id FROM perdure_ownerships WHERE key = ?";

const ACK_MESSAGE = "DELETE FROM perdure_messages WHERE seq = ? AND key = ?";

const SELECT_BODIES = "SELECT body FROM perdure_messages WHERE key = ?";

const PURGE_MESSAGES = "DELETE FROM perdure_messages WHERE key = ?";

const UPDATE_INSTANCE = `
  UPDATE perdure_instances
     SET status = coalesce(?, status), version = coalesce(?, version), custom_status = coalesce(?, custom_status),
         updated_at = coalesce(?, updated_at)
   WHERE key = ?`;

const UPDATE_HANDLER = "UPDATE perdure_ownerships SET handler = ? WHERE key = ?";

const NEXT_EXECUTION = "UPDATE perdure_ownerships SET execution_id = ?, last_event_id = 0 WHERE key = ?";

const messagesWait = "EXISTS (SELECT 1 FROM perdure_messages WHERE key = ?1)";
const endingWaits = "EXISTS (SELECT 1 FROM perdure_messages WHERE key = ?1 AND lane = 0)";

const MESSAGES_WAIT = `SELECT 1 WHERE ${messagesWait}`;

const MARK_READY_AGAIN = `UPDATE perdure_ownerships SET ready_since = ?2, ending = ${endingWaits} WHERE key = ?1`;

// To the back of the line: an instance with a long mailbox must not keep others waiting.
const RELEASE = `
  UPDATE perdure_ownerships
     SET owner = NULL, available_at = ?2, quarantine = ?3, claims = max(0, claims - ?4),
         ready_since = CASE WHEN ${messagesWait} THEN ?2 END, ending = ${endingWaits}
   WHERE key = ?1`;

// Not RETURNING: SQLite would make a table for what it returns.
const SELECT_READY_SINCE = "SELECT ready_since FROM perdure_ownerships WHERE key = ?";

export interface CommittedTurn {
  readonly status: "committed";
  readonly key: number;
  readonly released: boolean;
  /** Messages may be queued. */
  readonly hasMail: boolean;
  readonly undelivered: readonly Undelivered[];
}

export interface Fenced {
  readonly status: "fenced";
  readonly refused?: string;
}

export function commitTurn(context: BatchContext, turn: TurnCommit): CommittedTurn | Fenced {
  const { tx } = context;
  const key = Number(turn.ref);
  const advanced = advance(context, key, turn);
  if (advanced === null) return answerUnfenced(context, key, turn);
  if (!advanced.hasHandedOn) replaceWork(context, key, turn);
  for (const token of turn.ackedMessages) tx.db.run(ACK_MESSAGE, Number(token), key);
  const undelivered = applyDecisions(context, key, turn);
  updateInstance(tx, key, turn);
  const mayHaveMail = advanced.hadMail || context.receivers.has(key);
  if (mayHaveMail && hasEnded(turn.projection?.status ?? "running")) {
    undelivered.push(...purgeMessages(tx, key, turn.instanceId));
  }
  if (turn.release && (mayHaveMail || !advanced.isReleased)) release(tx, key, turn);
  const hasMail = !turn.release && mayHaveMail && isMailLeft(tx, key, turn);
  return { status: "committed", key, released: turn.release, hasMail, undelivered };
}

function answerUnfenced({ tx, nodeId }: BatchContext, key: number, turn: TurnCommit): CommittedTurn | Fenced {
  const row = tx.db.get<[string | null, number, string | null]>(SELECT_LAST_TURN, key);
  if (row === undefined || row[2] !== turn.turnId) return { status: "fenced" };
  const isStillOwner = row[0] === nodeId && row[1] === turn.epoch;
  return { status: "committed", key, released: !isStillOwner, hasMail: true, undelivered: [] };
}

function updateInstance(tx: Transaction, key: number, turn: TurnCommit): void {
  const { projection, nextExecutionId } = turn;
  if (projection?.handler != null) tx.db.run(UPDATE_HANDLER, projection.handler, key);
  if (nextExecutionId !== null) tx.db.run(NEXT_EXECUTION, nextExecutionId, key);
  if (projection === null && nextExecutionId === null) return;
  const { status = null, version = null, customStatus = null } = projection ?? {};
  const changed = status !== null || customStatus !== null || nextExecutionId !== null;
  if (!changed && version === null) return;
  tx.db.run(UPDATE_INSTANCE, status, version, customStatus, changed ? tx.now : null, key);
  if (hasEnded(status ?? "running")) tx.wake.ended(turn.instanceId, endOfTurn(turn));
  else tx.wake.statusChanged(turn.instanceId);
}

function isMailLeft({ db, now }: Transaction, key: number, { ackedMessages }: TurnCommit): boolean {
  const isLeft = db.get(MESSAGES_WAIT, key) !== undefined;
  if (isLeft && ackedMessages.length > 0) db.run(MARK_READY_AGAIN, key, now);
  return isLeft;
}

function purgeMessages(tx: Transaction, key: number, instanceId: string): Undelivered[] {
  const bodies = tx.db.all<[string]>(SELECT_BODIES, key);
  if (bodies.length > 0) tx.db.run(PURGE_MESSAGES, key);
  return bodies.map(([body]) => ({ instanceId, why: "purged", body }));
}

function release(tx: Transaction, key: number, turn: TurnCommit): void {
  tx.db.run(RELEASE, key, availableAt(tx, turn), turn.quarantine, turn.claimDoesNotCount ? 1 : 0);
  if (tx.db.get<[number | null]>(SELECT_READY_SINCE, key)?.[0] != null) tx.wake.instancesReady();
  if (turn.quarantine !== null) tx.wake.statusChanged(turn.instanceId);
}
