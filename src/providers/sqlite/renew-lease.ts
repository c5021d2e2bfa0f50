import type { LeaseState, NodeLease } from "../contract.ts";
import { endExpiredLeases, leaseState, setCapabilities } from "./node-lease.ts";
import { noteTime } from "./store-time.ts";
import type { Transaction } from "./transaction.ts";
import { forgetIdleSessions } from "./work-sessions.ts";

const RENEW = "UPDATE perdure_nodes SET lease_until = ? WHERE node_id = ?";

export function renewLease(tx: Transaction, lease: NodeLease): LeaseState {
  // An expired lease is gone after this, so that the node cannot bring its own back to life.
  endExpiredLeases(tx);
  const held = tx.db.run(RENEW, Math.floor(tx.leaseNow + lease.durationMs), lease.nodeId) === 1;
  noteTime(tx);
  if (held) {
    setCapabilities(tx, lease.nodeId, lease.capabilities);
    forgetIdleSessions(tx, lease.nodeId, lease.sessionIdleMs ?? 600_000);
  }
  return leaseState(tx, lease.nodeId, held);
}
