import type { WorkItem } from "../contract.ts";
import type { Connection } from "./connection.ts";
import { LIMIT } from "./row-limit.ts";
import type { Transaction } from "./transaction.ts";
import { queueOfLane } from "./work-lane.ts";

// Two searches: for (queue, name) > (?, ?) SQLite would walk through all of the same queue.
const SELECT_NEXT_KIND = `
  SELECT * FROM (
    SELECT queue, name FROM perdure_work_items
     WHERE owner IS NULL AND queue = ?1 AND name > ?2
     ORDER BY name LIMIT 1)
  UNION ALL
  SELECT * FROM (
    SELECT queue, name FROM perdure_work_items
     WHERE owner IS NULL AND queue > ?1
     ORDER BY queue, name LIMIT 1)
  LIMIT 1`;

const SELECT_NEXT_NAME = `
  SELECT name FROM perdure_work_items
   WHERE owner IS NULL AND queue = ? AND name > ?
   ORDER BY name LIMIT 1`;

const SELECT_VISIBLE = `
  SELECT seq, visible_at, session FROM perdure_work_items
   WHERE owner IS NULL AND queue = ? AND name = ? AND visible_at <= ? AND lost < ?
   ORDER BY visible_at, seq ${LIMIT}`;

const SELECT_NEXT_VISIBLE = `
  SELECT min(visible_at) FROM perdure_work_items
   WHERE owner IS NULL AND queue = ? AND name = ? AND visible_at > ?`;

const CLAIM = "UPDATE perdure_work_items SET owner = ?, delivery = delivery + 1, on_trial = (lost >= ?) WHERE seq = ?";

const SELECT_ITEM = `
  SELECT w.id, w.delivery, w.queue, w.name, i.instance_id, w.body, w.payload, w.failures, w.lost, w.scheduled_at,
         w.heartbeat, w.note
    FROM perdure_work_items w JOIN perdure_instances i ON i.key = w.key
   WHERE w.seq = ?`;

type ItemColumns = [
  ...[id: string, delivery: number, queue: string, name: string, instanceId: string, body: string],
  ...[payload: string | null, failures: number, lost: number, scheduledAt: number],
  ...[heartbeat: string | null, note: string | null],
];

/** The unowned items of one activity in one queue. */
export interface WorkKind {
  readonly queue: string;
  readonly name: string;
}

export interface UnownedItem {
  readonly seq: number;
  readonly visibleAt: number;
  readonly session: string | null;
}

/** Jumps through the index from kind to kind: the cost does not depend on how many items wait. */
export function waitingKinds(db: Connection): WorkKind[] {
  const kinds: WorkKind[] = [];
  let [queue, name] = ["", ""];
  for (;;) {
    const next = db.get<[string, string]>(SELECT_NEXT_KIND, queue, name);
    if (next === undefined) return kinds;
    [queue, name] = next;
    kinds.push({ queue, name });
  }
}

/** The kinds of one queue that a node can run. */
export function runnableKinds(db: Connection, queue: string, activities: readonly string[]): WorkKind[] {
  const runnable = new Set(activities);
  const kinds: WorkKind[] = [];
  let name = "";
  for (;;) {
    const next = db.get<[string]>(SELECT_NEXT_NAME, queue, name);
    if (next === undefined) return kinds;
    [name] = next;
    if (runnable.has(name)) kinds.push({ queue, name });
  }
}

/** The oldest of the kind that neither wait for their retry nor are suspects. */
export function oldestVisible(
  { db, now }: Transaction,
  { queue, name }: WorkKind,
  { limit, suspectAfter = Number.MAX_SAFE_INTEGER }: { readonly limit: number; readonly suspectAfter?: number },
): UnownedItem[] {
  return db.all<UnownedColumns>(SELECT_VISIBLE, queue, name, now, suspectAfter, limit).map(unownedItem);
}

export type UnownedColumns = [seq: number, visibleAt: number, session: string | null];

export const unownedItem = ([seq, visibleAt, session]: UnownedColumns): UnownedItem => ({ seq, visibleAt, session });

/** When the first of the kind becomes visible that waits for its retry. */
export function nextVisibleAt({ db, now }: Transaction, kind: WorkKind): number | null {
  return db.get<[number | null]>(SELECT_NEXT_VISIBLE, kind.queue, kind.name, now)?.[0] ?? null;
}

/** Makes the node the item's owner and returns the item as it is delivered: on trial if it was lost so often. */
export function claimItem(
  tx: Transaction,
  nodeId: string,
  { seq, suspectAfter = Number.MAX_SAFE_INTEGER }: { readonly seq: number; readonly suspectAfter?: number },
): WorkItem {
  tx.db.run(CLAIM, nodeId, suspectAfter, seq);
  const row = tx.db.get<ItemColumns>(SELECT_ITEM, seq) as ItemColumns;
  const [id, delivery, lane, name, instanceId, body, payload, failures, lost, scheduledAt, heartbeat, note] = row;
  const queue = queueOfLane(lane);
  return { id, delivery, queue, name, instanceId, body, payload, failures, lost, scheduledAt, heartbeat, note };
}

export const byAge = (a: UnownedItem, b: UnownedItem): number => a.visibleAt - b.visibleAt || a.seq - b.seq;
