import type { SQLInputValue } from "node:sqlite";
import type { NewInstance, NewMessage, TurnCommit, Undelivered } from "../contract.ts";
import type { BatchContext } from "./commit.ts";
import { deliverMessage } from "./deliver-message.ts";
import { RowInsert } from "./row-insert.ts";
import { startInstance } from "./start-instance.ts";
import type { Transaction } from "./transaction.ts";

const insertTimers = new RowInsert("perdure_timers", "key, execution_id, event_id, partition, due_at, body");

const SET_STATE = `
  INSERT INTO perdure_state (key, name, payload) VALUES (?, ?, ?)
  ON CONFLICT (key, name) DO UPDATE SET payload = excluded.payload`;

const DELETE_STATE = "DELETE FROM perdure_state WHERE key = ? AND name = ?";

const CANCEL_WORK = "DELETE FROM perdure_work_items WHERE id = ? AND key = ?";

const CANCEL_TIMER = "DELETE FROM perdure_timers WHERE key = ? AND execution_id = ? AND event_id = ?";

const CLOSE_WORK = "DELETE FROM perdure_work_items WHERE key = ? AND execution_id = ?";

const CLOSE_TIMERS = "DELETE FROM perdure_timers WHERE key = ? AND execution_id = ?";

/** Writes what a turn decided and returns what of it reached nobody. */
export function applyDecisions(context: BatchContext, key: number, turn: TurnCommit): Undelivered[] {
  const { tx } = context;
  context.history.append(key, turn);
  createTimers(tx, key, turn);
  changeState(tx, key, turn);
  cancel(tx, key, turn);
  if (turn.closes) closeExecution(tx, key, turn.executionId);
  return [
    ...turn.starts.flatMap((start) => sendStart(context, start)),
    ...turn.messages.flatMap((message) => sendMessage(context, message)),
  ];
}

function createTimers(tx: Transaction, key: number, turn: TurnCommit): void {
  const values: SQLInputValue[] = [];
  for (const { eventId, partition, dueAt, body } of turn.timers) {
    // Rounded up: never early.
    const wholeDueAt = Math.ceil(dueAt);
    tx.wake.timerCreated(wholeDueAt);
    values.push(key, turn.executionId, eventId, partition, wholeDueAt, body);
  }
  insertTimers.run(tx.db, values);
}

function changeState(tx: Transaction, key: number, turn: TurnCommit): void {
  for (const { key: name, payload } of turn.state) {
    if (payload === null) tx.db.run(DELETE_STATE, key, name);
    else tx.db.run(SET_STATE, key, name, payload);
  }
}

function cancel(tx: Transaction, key: number, turn: TurnCommit): void {
  for (const id of turn.cancelledWork) tx.db.run(CANCEL_WORK, id, key);
  for (const eventId of turn.cancelledTimers) tx.db.run(CANCEL_TIMER, key, turn.executionId, eventId);
}

function closeExecution(tx: Transaction, key: number, executionId: number): void {
  tx.db.run(CLOSE_WORK, key, executionId);
  tx.db.run(CLOSE_TIMERS, key, executionId);
}

function sendStart({ tx, receivers }: BatchContext, start: NewInstance): Undelivered[] {
  const { created, notifiedKey } = startInstance(tx, start);
  if (notifiedKey !== null) receivers.add(notifiedKey);
  return created ? [] : [{ instanceId: start.instanceId, why: "exists", body: start.message.body }];
}

function sendMessage({ tx, receivers }: BatchContext, message: NewMessage): Undelivered[] {
  const { status, key } = deliverMessage(tx, message);
  if (status !== "queued") return [{ instanceId: message.instanceId, why: status, body: message.body }];
  if (key !== null) receivers.add(key);
  return [];
}
