import type { Kept } from "../contract.ts";
import { setDownOwned } from "./carried-work.ts";
import { releaseInstances } from "./release-instances.ts";
import type { Transaction } from "./transaction.ts";

const SELECT_OWNED = "SELECT key, epoch FROM perdure_ownerships WHERE owner = ?";

const SELECT_OWNED_WORK = "SELECT seq, id, delivery FROM perdure_work_items WHERE owner = ?";

const RELEASE_WORK = "UPDATE perdure_work_items SET owner = NULL WHERE seq = ?";

export function releaseAllExcept(tx: Transaction, nodeId: string, kept: Kept): void {
  setDownOwned(tx, nodeId);
  const keptKeys = new Set(kept.instances.map(Number));
  const owned = tx.db.all<[number, number]>(SELECT_OWNED, nodeId).filter(([key]) => !keptKeys.has(key));
  const claims = owned.map(([ref, epoch]) => ({ ref, epoch }));
  releaseInstances(tx, nodeId, claims);
  const keptWork = new Set(kept.work.map(({ id, delivery }) => `${delivery} ${id}`));
  for (const [seq, id, delivery] of tx.db.all<[number, string, number]>(SELECT_OWNED_WORK, nodeId)) {
    if (keptWork.has(`${delivery} ${id}`)) continue;
    tx.db.run(RELEASE_WORK, seq);
    tx.wake.workQueued();
  }
}
