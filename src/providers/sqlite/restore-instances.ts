import type { SQLInputValue } from "node:sqlite";
import type { DumpedExecution, DumpedMessage, DumpedTimer, DumpedWork, InstanceDump } from "../contract.ts";
import { laneNumbers } from "./message-lane.ts";
import { RowInsert } from "./row-insert.ts";
import { throughSeal } from "./seal-store.ts";
import type { Transaction } from "./transaction.ts";

const SELECT_RUN = "SELECT run_id FROM perdure_instances WHERE instance_id = ?";

const INSERT_INSTANCE = `
  INSERT INTO perdure_instances
    (instance_id, run_id, name, version, status, parent_instance_id, parent_run_id, parent_execution_id,
     parent_event_id, created_at, updated_at, custom_status)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  RETURNING key`;

const INSERT_OWNERSHIP = `
  INSERT INTO perdure_ownerships
    (key, claims, execution_id, last_event_id, handler, available_at, quarantine, mailbox_room, ready_since, ending)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

const insertHistory = new RowInsert("perdure_history", "key, execution_id, event_id, at, body, payload");

const insertMessages = new RowInsert("perdure_messages", "key, lane, body, payload, inbound");

const insertWork = new RowInsert(
  "perdure_work_items",
  "id, key, execution_id, queue, name, body, payload, delivery, failures, lost, visible_at, scheduled_at, start_by, " +
    "heartbeat, note, session",
);

const insertTimers = new RowInsert("perdure_timers", "key, execution_id, event_id, partition, due_at, body");

const insertState = new RowInsert("perdure_state", "key, name, payload");

export function restoreInstances(
  tx: Transaction,
  dumps: readonly InstanceDump[],
): ("restored" | "present" | "taken")[] {
  return throughSeal(tx, () =>
    dumps.map((dump) => {
      const existing = tx.db.get<[string]>(SELECT_RUN, dump.record.instanceId);
      if (existing !== undefined) return existing[0] === dump.record.runId ? "present" : "taken";
      restoreInstance(tx, dump);
      return "restored";
    }),
  );
}

function restoreInstance(tx: Transaction, dump: InstanceDump): void {
  const key = insertRecord(tx, dump);
  insertOwnership(tx, key, dump);
  insertHistory.run(
    tx.db,
    dump.executions.flatMap((execution) => eventValues(key, execution)),
  );
  insertMessages.run(
    tx.db,
    dump.messages.flatMap((message) => messageValues(key, message)),
  );
  insertWork.run(
    tx.db,
    dump.work.flatMap((item) => workValues(key, item)),
  );
  insertTimers.run(
    tx.db,
    dump.timers.flatMap((timer) => timerValues(key, timer)),
  );
  insertState.run(
    tx.db,
    dump.state.flatMap(({ key: name, payload }) => [key, name, payload]),
  );
  if (dump.messages.length > 0) tx.wake.instancesReady();
  if (dump.work.length > 0) tx.wake.workQueued();
  for (const { dueAt } of dump.timers) tx.wake.timerCreated(dueAt);
  tx.wake.statusChanged(dump.record.instanceId);
}

function eventValues(key: number, { executionId, events }: DumpedExecution): SQLInputValue[] {
  return events.flatMap(({ eventId, at, body, payload }) => [key, executionId, eventId, at, body, payload]);
}

function messageValues(key: number, { lane, body, payload, isInbound }: DumpedMessage): SQLInputValue[] {
  return [key, laneNumbers[lane], body, payload, isInbound ? 1 : 0];
}

function workValues(key: number, item: DumpedWork): SQLInputValue[] {
  const { id, executionId, queue, name, body, payload, delivery, failures, lost } = item;
  const { visibleAt, scheduledAt, startBy, heartbeat, note } = item;
  const address = [id, key, executionId, queue, name, body, payload];
  return [...address, delivery, failures, lost, visibleAt, scheduledAt, startBy, heartbeat, note, item.session ?? null];
}

function timerValues(key: number, { executionId, eventId, partition, dueAt, body }: DumpedTimer): SQLInputValue[] {
  return [key, executionId, eventId, partition, dueAt, body];
}

function insertRecord(tx: Transaction, { record }: InstanceDump): number {
  const { instanceId, runId, name, version, status, parent, createdAt, updatedAt, customStatus } = record;
  const address = [instanceId, runId, name, version, status];
  const link = [
    parent?.instanceId ?? null,
    parent?.runId ?? null,
    parent?.executionId ?? null,
    parent?.eventId ?? null,
  ];
  const row = tx.db.get<[number]>(INSERT_INSTANCE, ...address, ...link, createdAt, updatedAt, customStatus);
  return (row as [number])[0];
}

function insertOwnership(tx: Transaction, key: number, dump: InstanceDump): void {
  const { record, messages, availableAt } = dump;
  const current = dump.executions.find(({ executionId }) => executionId === record.executionId);
  const readySince = messages.length === 0 ? null : Math.max(tx.now, availableAt);
  const ending = messages.some(({ lane }) => lane === "ending") ? 1 : 0;
  const position = [record.executionId, current?.events.at(-1)?.eventId ?? 0];
  const availability = [dump.handler, availableAt, record.quarantine, dump.mailboxRoom ?? null, readySince, ending];
  tx.db.run(INSERT_OWNERSHIP, key, dump.claims, ...position, ...availability);
}
