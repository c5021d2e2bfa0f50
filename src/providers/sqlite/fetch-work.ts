import type { FetchedWork, FetchWork } from "../contract.ts";
import { holdsLease } from "./node-lease.ts";
import type { Transaction } from "./transaction.ts";
import { byAge, claimItem, nextVisibleAt, oldestItems, runnableKinds, type UnownedItem } from "./visible-work.ts";

export function fetchWork(tx: Transaction, request: FetchWork): FetchedWork {
  if (!holdsLease(tx, request.nodeId)) return { storeNow: tx.now, items: [], nextVisibleAt: null };
  const visible: UnownedItem[] = [];
  let next: number | null = null;
  for (const kind of runnableKinds(tx.db, request.queue, request.activities)) {
    // One more than can be taken: it usually answers when the next one becomes visible, too.
    const oldest = oldestItems(tx.db, kind, request.limit + 1);
    const due = oldest.filter((item) => item.visibleAt <= tx.now);
    visible.push(...due);
    const seenAll = oldest.length <= request.limit;
    const hiddenUntil = oldest[due.length]?.visibleAt ?? (seenAll ? null : nextVisibleAt(tx.db, kind, tx.now));
    if (hiddenUntil !== null) next = Math.min(hiddenUntil, next ?? hiddenUntil);
  }
  const taken = visible.toSorted(byAge).slice(0, request.limit);
  return {
    storeNow: tx.now,
    items: taken.map((item) => claimItem(tx, request.nodeId, item.seq)),
    nextVisibleAt: next,
  };
}
