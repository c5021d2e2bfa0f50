import type { PruneInstances } from "../contract.ts";
import { type Member, removeFamily, selectFamily } from "./delete-instance.ts";
import { hasEnded } from "./instance-row.ts";
import type { Transaction } from "./transaction.ts";

// With the condition of the index perdure_instances_ended, word for word, or SQLite would not use it.
const SELECT_ROOTS = `
  SELECT updated_at, key, instance_id, run_id FROM perdure_instances
   WHERE status <> 'pending' AND status <> 'running' AND parent_instance_id IS NULL
     AND status = ? AND updated_at < ? AND (updated_at, key) > (?, ?)
   ORDER BY updated_at, key LIMIT 100`;

const SELECT_UPDATED = "SELECT updated_at FROM perdure_instances WHERE key = ?";

/** Families of which somebody still runs, or has ended too lately, are passed over. */
export function pruneInstances(tx: Transaction, request: PruneInstances): string[] {
  const { statuses, endedBefore, limit } = request;
  const removed: string[] = [];
  let families = 0;
  for (const status of statuses.filter(hasEnded)) {
    for (const [instanceId, runId] of roots(tx, status, endedBefore)) {
      if (families >= limit) return removed;
      const family = selectFamily(tx, instanceId, runId);
      if (!family.every((member) => isOver(tx, member, endedBefore))) continue;
      removed.push(...removeFamily(tx, family));
      families += 1;
    }
  }
  return removed;
}

function* roots(tx: Transaction, status: string, endedBefore: number): Generator<[string, string]> {
  let last: [updatedAt: number, key: number] = [0, 0];
  for (;;) {
    const page = tx.db.all<[number, number, string, string]>(SELECT_ROOTS, status, endedBefore, ...last);
    for (const [updatedAt, key, instanceId, runId] of page) {
      last = [updatedAt, key];
      yield [instanceId, runId];
    }
    if (page.length === 0) return;
  }
}

function isOver(tx: Transaction, [key, , status]: Member, endedBefore: number): boolean {
  return hasEnded(status) && (tx.db.get<[number]>(SELECT_UPDATED, key)?.[0] ?? 0) < endedBefore;
}
