import type { WorkFence } from "../contract.ts";
import type { Connection } from "./connection.ts";

const SELECT_OWN = "SELECT 1 FROM perdure_work_items WHERE id = ? AND owner = ? AND delivery = ?";

export function findLostWork(db: Connection, nodeId: string, fences: readonly WorkFence[]): WorkFence[] {
  return fences.filter(({ id, delivery }) => db.get(SELECT_OWN, id, nodeId, delivery) === undefined);
}
