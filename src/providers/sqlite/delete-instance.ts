import type { DeleteInstance, DeleteOutcome, InstanceStatus } from "../contract.ts";
import { deliverMessage } from "./deliver-message.ts";
import { hasEnded } from "./instance-row.ts";
import type { Transaction } from "./transaction.ts";

// A child names the run of its parent, so that the children of an earlier run under the same id are not meant.
const SELECT_FAMILY = `
  WITH RECURSIVE family (key, instance_id, run_id, status) AS (
    SELECT key, instance_id, run_id, status FROM perdure_instances WHERE instance_id = ? AND run_id = ?
    UNION
    SELECT i.key, i.instance_id, i.run_id, i.status
      FROM family f
      JOIN perdure_instances i ON i.parent_instance_id = f.instance_id AND i.parent_run_id = f.run_id
  )
  SELECT key, instance_id, status FROM family`;

const deletions = [
  "DELETE FROM perdure_history WHERE key = ?",
  "DELETE FROM perdure_state WHERE key = ?",
  "DELETE FROM perdure_messages WHERE key = ?",
  "DELETE FROM perdure_work_items WHERE key = ?",
  "DELETE FROM perdure_timers WHERE key = ?",
  "DELETE FROM perdure_ownerships WHERE key = ?",
  "DELETE FROM perdure_instances WHERE key = ?",
];

export type Member = [key: number, instanceId: string, status: InstanceStatus];

export function deleteInstance(tx: Transaction, request: DeleteInstance): DeleteOutcome {
  const family = selectFamily(tx, request.instanceId, request.runId);
  const [root] = family;
  if (root === undefined) return { status: "unknown" };
  const running = family.find(([, , status]) => !hasEnded(status));
  if (running !== undefined && !request.force) return { status: "running", instanceId: running[1] };
  const instanceIds = removeFamily(tx, family);
  if (request.notify !== null && !hasEnded(root[2])) deliverMessage(tx, request.notify);
  return { status: "deleted", instanceIds };
}

/** The instance, and all its children, theirs, and so on; none if there is no such run. */
export function selectFamily(tx: Transaction, instanceId: string, runId: string): Member[] {
  return tx.db.all<Member>(SELECT_FAMILY, instanceId, runId);
}

/** Everything of all of them, and gives their ids. */
export function removeFamily(tx: Transaction, family: readonly Member[]): string[] {
  for (const [key, instanceId] of family) {
    for (const sql of deletions) tx.db.run(sql, key);
    tx.wake.ended(instanceId, null);
  }
  return family.map(([, instanceId]) => instanceId);
}
