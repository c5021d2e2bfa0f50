import type { FetchedWork, FetchWork } from "../contract.ts";
import { holdsLease } from "./node-lease.ts";
import { suspectWork } from "./suspect-work.ts";
import type { Transaction } from "./transaction.ts";
import { laneOf } from "./work-lane.ts";
import { withinSessions } from "./work-sessions.ts";
import { byAge, claimItem, nextVisibleAt, oldestVisible, runnableKinds, type UnownedItem } from "./visible-work.ts";

export function fetchWork(tx: Transaction, request: FetchWork): FetchedWork {
  const { nodeId, queue, activities, limit, suspectAfter, suspectLimit } = request;
  if (!holdsLease(tx, nodeId)) return { storeNow: tx.now, items: [], nextVisibleAt: null, suspectsWait: false };
  const kinds = [queue, laneOf(queue, nodeId)].flatMap((lane) => runnableKinds(tx.db, lane, activities));
  const suspects = suspectWork(tx, kinds, { suspectAfter, limit: suspectLimit + 1 });
  const visible: UnownedItem[] = suspects.slice(0, suspectLimit);
  let next: number | null = null;
  for (const kind of kinds) {
    visible.push(...oldestVisible(tx, kind, { limit, suspectAfter }));
    const hiddenUntil = nextVisibleAt(tx, kind);
    if (hiddenUntil !== null) next = Math.min(hiddenUntil, next ?? hiddenUntil);
  }
  const taken = withinSessions(tx, nodeId, visible.toSorted(byAge).slice(0, limit));
  return {
    storeNow: tx.now,
    items: taken.map((item) => claimItem(tx, nodeId, { seq: item.seq, suspectAfter })),
    nextVisibleAt: next,
    suspectsWait: suspects.length > suspectLimit,
  };
}
