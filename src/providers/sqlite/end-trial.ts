import type { WorkFence } from "../contract.ts";
import type { Transaction } from "./transaction.ts";

const END_TRIAL = "UPDATE perdure_work_items SET on_trial = 0 WHERE id = ? AND owner = ? AND delivery = ?";

export function endTrial(tx: Transaction, nodeId: string, { id, delivery }: WorkFence): void {
  tx.db.run(END_TRIAL, id, nodeId, delivery);
}
