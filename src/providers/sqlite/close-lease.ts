import { endExpiredLeases, handBackLease } from "./node-lease.ts";
import { noteTime } from "./store-time.ts";
import type { Transaction } from "./transaction.ts";

export function closeLease(tx: Transaction, nodeId: string): void {
  // Those whose lease has expired have nothing to hand back: what they owned counts as lost.
  endExpiredLeases(tx);
  handBackLease(tx, nodeId);
  noteTime(tx);
}
