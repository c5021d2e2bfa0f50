import type { SQLInputValue } from "node:sqlite";
import type { NewWorkItem, TurnCommit, WorkFence } from "../contract.ts";
import type { BatchContext } from "./commit.ts";
import { changeOwn } from "./own-work.ts";
import { RowInsert } from "./row-insert.ts";
import { sessionQueue } from "./work-sessions.ts";

const insertWork = new RowInsert(
  "perdure_work_items",
  "id, key, execution_id, queue, name, body, payload, owner, delivery, visible_at, scheduled_at, start_by, session",
);

const ACK_WORK = "DELETE FROM perdure_work_items WHERE id = ? AND owner = ? AND delivery = ?";

// One item out and one in, of the same instance and the same owner: the indexes of those two are not touched.
const HAND_ON = `
  UPDATE perdure_work_items
     SET id = ?, execution_id = ?, queue = ?, name = ?, body = ?, payload = ?, delivery = 1, failures = 0, lost = 0,
         visible_at = ?, scheduled_at = ?, start_by = ?, heartbeat = NULL, note = NULL, session = NULL,
         on_trial = 0
   WHERE id = ? AND owner = ? AND delivery = ?`;

/** Undoes a turn that had begun to be applied when one of its fused work items turned out not to be the node's. */
export class WorkLost extends Error {}

/** Removes the items that the turn acks, and queues those that it schedules. */
export function replaceWork(context: BatchContext, key: number, turn: TurnCommit): void {
  const { tx, nodeId, slots } = context;
  const { now } = tx;
  const values: SQLInputValue[] = [];
  let acked = 0;
  for (const item of turn.work) {
    const startBy = item.startBy === null ? null : Math.ceil(item.startBy);
    const open = slots.openTo(item);
    const isOurs = open !== undefined;
    if (isOurs) slots.take(open, item, turn.instanceId);
    const ended = isOurs ? turn.ackedWork[acked] : undefined;
    if (ended !== undefined) {
      acked += 1;
      const { id, queue, name, body, payload } = item;
      handOn(context, ended, [id, turn.executionId, queue, name, body, payload, now, now, startBy]);
      continue;
    }
    if (!isOurs) tx.wake.workQueued();
    values.push(item.id, key, turn.executionId, queueOf(context, item), item.name, item.body, item.payload);
    values.push(isOurs ? nodeId : null, isOurs ? 1 : 0, now, now, startBy, item.session ?? null);
  }
  for (; acked < turn.ackedWork.length; acked += 1) ackWork(context, turn.ackedWork[acked] as WorkFence);
  insertWork.run(tx.db, values);
}

function queueOf({ tx }: BatchContext, item: NewWorkItem): string {
  return item.session === undefined ? item.queue : sessionQueue(tx, item.session, item);
}

function handOn({ tx, nodeId }: BatchContext, ended: WorkFence, values: readonly SQLInputValue[]): void {
  const handedOn = changeOwn(tx, nodeId, ended, () => tx.db.run(HAND_ON, ...values, ended.id, nodeId, ended.delivery));
  if (!handedOn) throw lost(ended);
}

function ackWork({ tx, nodeId }: BatchContext, ended: WorkFence): void {
  const acked = changeOwn(tx, nodeId, ended, () => tx.db.run(ACK_WORK, ended.id, nodeId, ended.delivery));
  if (!acked) throw lost(ended);
}

const lost = ({ id, delivery }: WorkFence) => new WorkLost(`Delivery ${delivery} of work item ${id} no longer holds.`);
