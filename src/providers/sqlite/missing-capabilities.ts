import type { Transaction } from "./transaction.ts";
import { queueOfLane } from "./work-lane.ts";

const SELECT_LIVE_NODES = "SELECT node_id FROM perdure_nodes WHERE lease_until > ?";

const SELECT_CAPABILITY = "SELECT 1 FROM perdure_capabilities WHERE node_id = ? AND capability = ?";

const SELECT_COUNT = "SELECT missing_ms, counted_until FROM perdure_unservable WHERE capability = ?";

/** Every node asks every few seconds: a longer gap means that no node was there to ask, and does not count. */
const maxGapMs = 10_000;

export function liveNodes(tx: Transaction): string[] {
  return tx.db.all<[string]>(SELECT_LIVE_NODES, tx.leaseNow).map(([nodeId]) => nodeId);
}

/** For how long no live node has had the capability, as far as that was counted; null if one has it now. */
export function missingForMs(tx: Transaction, nodes: readonly string[], capability: string): number | null {
  if (nodes.some((nodeId) => tx.db.get(SELECT_CAPABILITY, nodeId, capability) !== undefined)) return null;
  const [countedMs, countedUntil] = tx.db.get<[number, number]>(SELECT_COUNT, capability) ?? [0, tx.now];
  return countedMs + Math.min(Math.max(0, tx.now - countedUntil), maxGapMs);
}

/** The name under which a node's lease advertises an activity. */
export const activityCapability = (work: { readonly queue: string; readonly name: string }): string =>
  `activity:${queueOfLane(work.queue)}/${work.name}`;
