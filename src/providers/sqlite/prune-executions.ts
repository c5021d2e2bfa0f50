import type { Transaction } from "./transaction.ts";

const SELECT_CURRENT = `
  SELECT o.key, o.execution_id FROM perdure_instances i JOIN perdure_ownerships o ON o.key = i.key
   WHERE i.instance_id = ?`;

const SELECT_OLD = "SELECT DISTINCT execution_id FROM perdure_history WHERE key = ? AND execution_id <= ?";

const DELETE_EXECUTION = "DELETE FROM perdure_history WHERE key = ? AND execution_id = ?";

/** The current execution is always among those that are kept. */
export function pruneExecutions(tx: Transaction, request: { instanceId: string; keep: number }): number {
  const current = tx.db.get<[number, number]>(SELECT_CURRENT, request.instanceId);
  if (current === undefined) return 0;
  const [key, executionId] = current;
  const newestOld = executionId - Math.max(1, request.keep);
  const old = tx.db.all<[number]>(SELECT_OLD, key, newestOld);
  for (const [execution] of old) tx.db.run(DELETE_EXECUTION, key, execution);
  return old.length;
}
