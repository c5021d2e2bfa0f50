import type { CompleteWork, WorkCompletion } from "../contract.ts";
import { commitResult } from "./commit-result.ts";
import { heartbeatWork } from "./heartbeat-work.ts";
import { holdsLease } from "./node-lease.ts";
import { runUnderSavepoint } from "./sqlite-transaction.ts";
import type { Transaction } from "./transaction.ts";

/** Nobody else can write before this transaction is over, so what is judged first still holds at its commit. */
export function completeWork(tx: Transaction, { nodeId, fence, signal, run }: CompleteWork): WorkCompletion {
  const isOwn = !signal.aborted && holdsLease(tx, nodeId) && heartbeatWork(tx, nodeId, fence, null);
  if (!isOwn) return { status: "fenced" };
  const ran = runUnderSavepoint(tx, run);
  if ("error" in ran) return { status: "failed", error: ran.error };
  commitResult({ tx, nodeId, receivers: new Set() }, { kind: "complete", ...fence, message: ran.value });
  return { status: "committed" };
}
