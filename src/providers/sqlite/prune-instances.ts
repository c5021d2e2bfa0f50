import type { PruneInstances } from "../contract.ts";
import { type Member, removeFamily, selectFamily } from "./delete-instance.ts";
import { hasEnded } from "./instance-row.ts";
import type { Transaction } from "./transaction.ts";

const SELECT_ROOTS = `
  SELECT instance_id, run_id FROM perdure_instances
   WHERE status = ? AND updated_at < ? AND parent_instance_id IS NULL
   ORDER BY updated_at LIMIT ?`;

const SELECT_UPDATED = "SELECT updated_at FROM perdure_instances WHERE key = ?";

/** Families of which somebody still runs, or has ended too lately, are left as they are. */
export function pruneInstances(tx: Transaction, request: PruneInstances): string[] {
  const { statuses, endedBefore, limit } = request;
  const roots = statuses
    .filter(hasEnded)
    .flatMap((status) => tx.db.all<[string, string]>(SELECT_ROOTS, status, endedBefore, limit))
    .slice(0, limit);
  return roots.flatMap(([instanceId, runId]) => {
    const family = selectFamily(tx, instanceId, runId);
    return family.every((member) => isOver(tx, member, endedBefore)) ? removeFamily(tx, family) : [];
  });
}

function isOver(tx: Transaction, [key, , status]: Member, endedBefore: number): boolean {
  return hasEnded(status) && (tx.db.get<[number]>(SELECT_UPDATED, key)?.[0] ?? 0) < endedBefore;
}
