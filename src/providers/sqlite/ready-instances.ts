import type { Connection } from "./connection.ts";
import { LIMIT } from "./row-limit.ts";
import type { Transaction } from "./transaction.ts";

// Word for word the condition of the index perdure_ownerships_claimable, or SQLite would not use it.
const claimable = "owner IS NULL AND ready_since IS NOT NULL AND needs IS NOT NULL";

// Two searches: for (needs, claims) > (?, ?) SQLite would walk through all that need the same.
const SELECT_NEXT_GROUP = `
  SELECT * FROM (
    SELECT needs, claims FROM perdure_ownerships
     WHERE ${claimable} AND needs = ?1 AND claims > ?2
     ORDER BY claims LIMIT 1)
  UNION ALL
  SELECT * FROM (
    SELECT needs, claims FROM perdure_ownerships
     WHERE ${claimable} AND needs > ?1
     ORDER BY needs, claims LIMIT 1)
  LIMIT 1`;

const SELECT_DUE = `
  SELECT key, ready_since FROM perdure_ownerships
   WHERE ${claimable} AND needs = ? AND claims = ? AND ready_since <= ?
   ORDER BY ready_since, key ${LIMIT}`;

const SELECT_NEXT_READY = `
  SELECT min(ready_since) FROM perdure_ownerships
   WHERE ${claimable} AND needs = ? AND claims = ? AND ready_since > ?`;

/**
 * The unowned instances with messages that need one handler, and were claimed equally often since their last commit.
 */
export interface ReadyGroup {
  /** `anyNode` for those that are to be ended, so that nobody's code will be run. */
  readonly handler: string;
  readonly claims: number;
}

export interface ReadyInstance {
  readonly key: number;
  readonly readySince: number;
}

export const anyNode = "";

/**
 * Jumps through the index from group to group, so that the cost depends on how many handlers something is ready for,
 * and not on how many instances are ready that this node cannot run.
 */
export function readyGroups(db: Connection): ReadyGroup[] {
  const groups: ReadyGroup[] = [];
  let [handler, claims] = ["", -1];
  for (;;) {
    const next = db.get<[string, number]>(SELECT_NEXT_GROUP, handler, claims);
    if (next === undefined) return groups;
    [handler, claims] = next;
    groups.push({ handler, claims });
  }
}

/** The oldest of the group that are not being held back. */
export function oldestReady({ db, now }: Transaction, group: ReadyGroup, limit: number): ReadyInstance[] {
  const rows = db.all<[number, number]>(SELECT_DUE, group.handler, group.claims, now, limit);
  return rows.map(([key, readySince]) => ({ key, readySince }));
}

/** When the first of the group becomes available that is being held back. */
export function nextReadyAt({ db, now }: Transaction, group: ReadyGroup): number | null {
  return db.get<[number | null]>(SELECT_NEXT_READY, group.handler, group.claims, now)?.[0] ?? null;
}
