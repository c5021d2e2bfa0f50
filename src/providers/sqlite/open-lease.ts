import type { LeaseState, NodeLease } from "../contract.ts";
import { endExpiredLeases, leaseState, setCapabilities } from "./node-lease.ts";
import { noteTime } from "./store-time.ts";
import { thisProcess } from "./this-process.ts";
import type { Transaction } from "./transaction.ts";

const INSERT_NODE = `
  INSERT INTO perdure_nodes (node_id, lease_until, process) VALUES (?, ?, ?)
  ON CONFLICT (node_id) DO UPDATE SET lease_until = excluded.lease_until`;

export function openLease(tx: Transaction, lease: NodeLease): LeaseState {
  endExpiredLeases(tx);
  tx.db.run(INSERT_NODE, lease.nodeId, Math.floor(tx.leaseNow + lease.durationMs), thisProcess());
  noteTime(tx);
  setCapabilities(tx, lease.nodeId, lease.capabilities);
  return leaseState(tx, lease.nodeId, true);
}
