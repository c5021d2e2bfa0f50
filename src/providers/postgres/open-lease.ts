import type { LeaseState, NodeLease } from "../contract.ts";
import { holdLease } from "./node-lease.ts";
import type { Store } from "./store.ts";

export function openLease(store: Store, lease: NodeLease): Promise<LeaseState> {
  // Whatever this process owned before is owned by it no more.
  store.carriers.forget();
  return holdLease(store, lease, true);
}
