import type { FetchedWork, FetchWork } from "../contract.ts";
import { holdsLease } from "./node-lease.ts";
import type { Transaction } from "./transaction.ts";
import { byAge, claimItem, nextVisibleAt, oldestVisible, runnableKinds, type UnownedItem } from "./visible-work.ts";

export function fetchWork(tx: Transaction, request: FetchWork): FetchedWork {
  if (!holdsLease(tx, request.nodeId)) return { storeNow: tx.now, items: [], nextVisibleAt: null };
  const visible: UnownedItem[] = [];
  let next: number | null = null;
  for (const kind of runnableKinds(tx.db, request.queue, request.activities)) {
    visible.push(...oldestVisible(tx, kind, request.limit));
    const hiddenUntil = nextVisibleAt(tx, kind);
    if (hiddenUntil !== null) next = Math.min(hiddenUntil, next ?? hiddenUntil);
  }
  const taken = visible.toSorted(byAge).slice(0, request.limit);
  return {
    storeNow: tx.now,
    items: taken.map((item) => claimItem(tx, request.nodeId, item.seq)),
    nextVisibleAt: next,
  };
}
