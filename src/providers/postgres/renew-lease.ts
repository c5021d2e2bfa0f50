import type { LeaseState, NodeLease } from "../contract.ts";
import { holdLease } from "./node-lease.ts";
import type { Store } from "./store.ts";

export function renewLease(store: Store, lease: NodeLease): Promise<LeaseState> {
  return holdLease(store, lease, false);
}
