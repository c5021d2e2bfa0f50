import { activityCapability } from "./missing-capabilities.ts";
import type { Transaction } from "./transaction.ts";
import type { UnownedItem } from "./visible-work.ts";
import { laneOf, queueOfLane } from "./work-lane.ts";

const SELECT_HOLDER = `
  SELECT s.node_id, EXISTS (SELECT 1 FROM perdure_capabilities c WHERE c.node_id = s.node_id AND c.capability = ?)
    FROM perdure_sessions s JOIN perdure_nodes n ON n.node_id = s.node_id AND n.lease_until > ?
   WHERE s.session = ?`;

const PIN = `
  INSERT INTO perdure_sessions (session, node_id, used_at) VALUES (?, ?, ?)
  ON CONFLICT (session) DO UPDATE SET node_id = excluded.node_id, used_at = excluded.used_at`;

const SELECT_KIND = "SELECT queue, name FROM perdure_work_items WHERE seq = ?";

const SELECT_UNPINNED = `
  SELECT seq, queue, name FROM perdure_work_items
   WHERE session = ? AND owner IS NULL AND queue NOT LIKE '%@%'`;

const MOVE = "UPDATE perdure_work_items SET queue = ? WHERE seq = ?";

const SELECT_LANE_ITEMS = `
  SELECT seq, queue FROM perdure_work_items
   WHERE session IN (SELECT session FROM perdure_sessions WHERE node_id = ?) AND queue LIKE '%@%'`;

const UNPIN = "DELETE FROM perdure_sessions WHERE node_id = ?";

const UNPIN_IDLE = `
  DELETE FROM perdure_sessions
   WHERE node_id = ? AND used_at < ?
     AND NOT EXISTS (SELECT 1 FROM perdure_work_items w WHERE w.session = perdure_sessions.session)`;

/** The queue, or the lane of it, where an item of the session has to wait. */
export function sessionQueue(
  tx: Transaction,
  session: string,
  kind: { readonly queue: string; readonly name: string },
) {
  const holder = sessionHolder(tx, session, kind);
  return holder?.canRun === true ? laneOf(kind.queue, holder.nodeId) : kind.queue;
}

/**
 * Of items that the node is about to take: those that it may. A session that is nobody's becomes the node's; what
 * belongs to another goes into that node's lane.
 */
export function withinSessions(tx: Transaction, nodeId: string, items: readonly UnownedItem[]): UnownedItem[] {
  return items.filter(({ seq, session }) => {
    if (session === null) return true;
    const [lane, name] = tx.db.get<[string, string]>(SELECT_KIND, seq) as [string, string];
    const queue = queueOfLane(lane);
    const holder = sessionHolder(tx, session, { queue, name });
    if (holder === null || holder.nodeId === nodeId) {
      tx.db.run(PIN, session, nodeId, tx.now);
      if (holder === null) moveToLanes(tx, session, nodeId);
      return true;
    }
    if (!holder.canRun) return true;
    tx.db.run(MOVE, laneOf(queue, holder.nodeId), seq);
    tx.wake.workQueued();
    return false;
  });
}

/** The node has gone: what waited for it is for anybody. */
export function endSessions(tx: Transaction, nodeId: string): void {
  for (const [seq, lane] of tx.db.all<[number, string]>(SELECT_LANE_ITEMS, nodeId)) {
    tx.db.run(MOVE, queueOfLane(lane), seq);
    tx.wake.workQueued();
  }
  tx.db.run(UNPIN, nodeId);
}

export function forgetIdleSessions(tx: Transaction, nodeId: string, idleMs: number): void {
  tx.db.run(UNPIN_IDLE, nodeId, tx.now - idleMs);
}

interface Holder {
  readonly nodeId: string;
  readonly canRun: boolean;
}

/** The live node that has the session, and whether it can run this; null if there is none. */
function sessionHolder(
  tx: Transaction,
  session: string,
  kind: { readonly queue: string; readonly name: string },
): Holder | null {
  const row = tx.db.get<[string, number]>(SELECT_HOLDER, activityCapability(kind), tx.leaseNow, session);
  return row === undefined ? null : { nodeId: row[0], canRun: row[1] === 1 };
}

// What was queued before the session was anybody's. What this node cannot run stays where others find it.
function moveToLanes(tx: Transaction, session: string, nodeId: string): void {
  for (const [seq, queue, name] of tx.db.all<[number, string, string]>(SELECT_UNPINNED, session)) {
    if (sessionHolder(tx, session, { queue, name })?.canRun === true) tx.db.run(MOVE, laneOf(queue, nodeId), seq);
  }
}
