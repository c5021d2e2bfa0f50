import type { WorkFence } from "../contract.ts";
import { carrierOf, setDown } from "./carried-work.ts";
import type { Connection } from "./connection.ts";
import type { Transaction } from "./transaction.ts";

const SELECT_OWN = "SELECT 1 FROM perdure_work_items WHERE id = ? AND owner = ? AND delivery = ?";

/** Whether the node owns the item, at this delivery. */
export function isOwn(db: Connection, nodeId: string, fence: WorkFence): boolean {
  return db.get(SELECT_OWN, fence.id, nodeId, fence.delivery) !== undefined || carrierOf(db, nodeId, fence) !== null;
}

/** Applies a change to the row of an item that the node owns at this delivery; false if it does not. */
export function changeOwn(tx: Transaction, nodeId: string, fence: WorkFence, change: () => number): boolean {
  if (change() > 0) return true;
  const carrier = carrierOf(tx.db, nodeId, fence);
  if (carrier === null) return false;
  setDown(tx, carrier);
  return change() > 0;
}
