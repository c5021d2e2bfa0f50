import type { InstanceStatus } from "../contract.ts";
import { type Member, removeFamily } from "./delete-instance.ts";
import { throughSeal } from "./seal-store.ts";
import type { Transaction } from "./transaction.ts";

const SELECT_RUN = "SELECT key, status FROM perdure_instances WHERE instance_id = ? AND run_id = ?";

/** Gives how many of the runs were there. */
export function discardInstances(
  tx: Transaction,
  runs: readonly { readonly instanceId: string; readonly runId: string }[],
): number {
  const members = runs.flatMap(({ instanceId, runId }): Member[] => {
    const row = tx.db.get<[number, InstanceStatus]>(SELECT_RUN, instanceId, runId);
    return row === undefined ? [] : [[row[0], instanceId, row[1]]];
  });
  return throughSeal(tx, () => removeFamily(tx, members)).length;
}
