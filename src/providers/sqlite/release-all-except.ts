import type { InstanceRef } from "../contract.ts";
import { releaseInstances } from "./release-instances.ts";
import type { Transaction } from "./transaction.ts";

const SELECT_OWNED = "SELECT key, epoch FROM perdure_ownerships WHERE owner = ?";

const SELECT_OWNED_WORK = "SELECT seq, id FROM perdure_work_items WHERE owner = ?";

const RELEASE_WORK = "UPDATE perdure_work_items SET owner = NULL WHERE seq = ?";

export interface Kept {
  readonly instances: readonly InstanceRef[];
  readonly work: readonly string[];
}

export function releaseAllExcept(tx: Transaction, nodeId: string, kept: Kept): void {
  const keptKeys = new Set(kept.instances.map(Number));
  const owned = tx.db.all<[number, number]>(SELECT_OWNED, nodeId).filter(([key]) => !keptKeys.has(key));
  const claims = owned.map(([ref, epoch]) => ({ ref, epoch }));
  releaseInstances(tx, nodeId, claims);
  const keptIds = new Set(kept.work);
  for (const [seq, id] of tx.db.all<[number, string]>(SELECT_OWNED_WORK, nodeId)) {
    if (keptIds.has(id)) continue;
    tx.db.run(RELEASE_WORK, seq);
    tx.wake.workQueued();
  }
}
