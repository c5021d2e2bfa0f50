import type { InstanceRef } from "../contract.ts";
import { setDown } from "./carried-work.ts";
import type { Transaction } from "./transaction.ts";

const RELEASE = `
  UPDATE perdure_ownerships SET owner = NULL, claims = max(claims - 1, 0)
   WHERE key = ? AND owner = ? AND epoch = ?
  RETURNING ready_since`;

export function releaseInstances(
  tx: Transaction,
  nodeId: string,
  claims: readonly { readonly ref: InstanceRef; readonly epoch: number }[],
): void {
  for (const { ref, epoch } of claims) {
    setDown(tx, Number(ref));
    const row = tx.db.get<[number | null]>(RELEASE, Number(ref), nodeId, epoch);
    if (row?.[0] != null) tx.wake.instancesReady();
  }
}
