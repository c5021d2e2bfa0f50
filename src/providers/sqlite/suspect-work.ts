import { LIMIT } from "./row-limit.ts";
import type { Transaction } from "./transaction.ts";
import { byAge, type UnownedColumns, type UnownedItem, unownedItem, type WorkKind } from "./visible-work.ts";

// By the index of what was ever lost, which is empty nearly always.
const SELECT_SUSPECTS = `
  SELECT seq, visible_at, session FROM perdure_work_items
   WHERE owner IS NULL AND lost > 0 AND queue = ? AND name = ? AND visible_at <= ? AND lost >= ?
   ORDER BY visible_at, seq ${LIMIT}`;

/** The oldest items of these kinds that are suspected of ending the process that runs them, and could be run now. */
export function suspectWork(
  { db, now }: Transaction,
  kinds: readonly WorkKind[],
  { suspectAfter, limit }: { readonly suspectAfter: number; readonly limit: number },
): UnownedItem[] {
  return kinds
    .flatMap(({ queue, name }) => db.all<UnownedColumns>(SELECT_SUSPECTS, queue, name, now, suspectAfter, limit))
    .map(unownedItem)
    .toSorted(byAge)
    .slice(0, limit);
}
