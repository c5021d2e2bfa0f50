import type { WorkFence } from "../contract.ts";
import { changeOwn, isOwn } from "./own-work.ts";
import type { Transaction } from "./transaction.ts";

const UPDATE_HEARTBEAT = `
  UPDATE perdure_work_items SET heartbeat = ? WHERE id = ? AND owner = ? AND delivery = ?`;

export function heartbeatWork(tx: Transaction, nodeId: string, fence: WorkFence, details: string | null): boolean {
  if (details === null) return isOwn(tx.db, nodeId, fence);
  return changeOwn(tx, nodeId, fence, () => tx.db.run(UPDATE_HEARTBEAT, details, fence.id, nodeId, fence.delivery));
}
