import type { WorkFence } from "../contract.ts";
import type { Transaction } from "./transaction.ts";

const UPDATE_HEARTBEAT = `
  UPDATE perdure_work_items SET heartbeat = ? WHERE id = ? AND owner = ? AND delivery = ?`;

const SELECT_OWN = "SELECT 1 FROM perdure_work_items WHERE id = ? AND owner = ? AND delivery = ?";

export function heartbeatWork(tx: Transaction, nodeId: string, fence: WorkFence, details: string | null): boolean {
  if (details === null) return tx.db.get(SELECT_OWN, fence.id, nodeId, fence.delivery) !== undefined;
  return tx.db.run(UPDATE_HEARTBEAT, details, fence.id, nodeId, fence.delivery) === 1;
}
