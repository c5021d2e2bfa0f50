import type { ExpiredWork } from "../contract.ts";
import { activityCapability, liveNodes, missingForMs } from "./missing-capabilities.ts";
import { holdsLease } from "./node-lease.ts";
import { LIMIT } from "./row-limit.ts";
import type { Transaction } from "./transaction.ts";
import { byAge, claimItem, type UnownedColumns, type UnownedItem, unownedItem, waitingKinds } from "./visible-work.ts";

const SELECT_UNSTARTED = `
  SELECT seq, visible_at, session FROM perdure_work_items
   WHERE owner IS NULL AND delivery = 0 AND start_by <= ?
   ORDER BY start_by ${LIMIT}`;

const SELECT_NEXT_START_BY = `
  SELECT min(start_by) FROM perdure_work_items
   WHERE owner IS NULL AND delivery = 0 AND start_by IS NOT NULL`;

const SELECT_UNSERVABLE = `
  SELECT seq, visible_at, session FROM perdure_work_items
   WHERE owner IS NULL AND queue = ? AND name = ? AND visible_at <= ? AND (start_by IS NULL OR delivery > 0)
   ORDER BY visible_at, seq ${LIMIT}`;

export interface ExpireWork {
  readonly nodeId: string;
  readonly graceMs: number;
  readonly limit: number;
}

export function expireWork(tx: Transaction, request: ExpireWork): ExpiredWork {
  if (!holdsLease(tx, request.nodeId)) return { storeNow: tx.now, items: [], nextVisibleAt: null };
  const expired = new Map<number, UnownedItem>();
  for (const item of [...unstarted(tx, request), ...unservable(tx, request)]) expired.set(item.seq, item);
  const taken = [...expired.values()].toSorted(byAge).slice(0, request.limit);
  const items = taken.map((item) => claimItem(tx, request.nodeId, { seq: item.seq }));
  return { storeNow: tx.now, items, nextVisibleAt: tx.db.get<[number | null]>(SELECT_NEXT_START_BY)?.[0] ?? null };
}

function unstarted(tx: Transaction, { limit }: ExpireWork): UnownedItem[] {
  return tx.db.all<UnownedColumns>(SELECT_UNSTARTED, tx.now, limit).map(unownedItem);
}

// What has a time to start by is left to that until it was started once, however long its activity is missing.
function unservable(tx: Transaction, { graceMs, limit }: ExpireWork): UnownedItem[] {
  const nodes = liveNodes(tx);
  return waitingKinds(tx.db)
    .filter((kind) => (missingForMs(tx, nodes, activityCapability(kind)) ?? -1) >= graceMs)
    .flatMap(({ queue, name }) => tx.db.all<UnownedColumns>(SELECT_UNSERVABLE, queue, name, tx.now, limit))
    .map(unownedItem);
}
