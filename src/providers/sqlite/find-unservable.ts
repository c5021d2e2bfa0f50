import { departedHandlers, instancesAtRest } from "./instances-at-rest.ts";
import { activityCapability, liveNodes, missingForMs } from "./missing-capabilities.ts";
import { anyNode, oldestReady, readyGroups } from "./ready-instances.ts";
import type { Transaction } from "./transaction.ts";
import { oldestVisible, waitingKinds } from "./visible-work.ts";

const SELECT_COUNTED = "SELECT capability FROM perdure_unservable";

const UPSERT_COUNT = `
  INSERT INTO perdure_unservable (capability, missing_ms, counted_until) VALUES (?, ?, ?)
  ON CONFLICT (capability) DO UPDATE SET missing_ms = excluded.missing_ms, counted_until = excluded.counted_until`;

const FORGET = "DELETE FROM perdure_unservable WHERE capability = ?";

export function findUnservable(tx: Transaction, request: { readonly graceMs: number }): string[] {
  const nodes = liveNodes(tx);
  if (nodes.length === 0) return [];
  const forgotten = new Set(tx.db.all<[string]>(SELECT_COUNTED).map(([capability]) => capability));
  const unservable: string[] = [];
  for (const capability of new Set([...neededCapabilities(tx), ...missedAtRest(tx, nodes, request.graceMs)])) {
    const missingMs = missingForMs(tx, nodes, capability);
    if (missingMs === null) continue;
    tx.db.run(UPSERT_COUNT, capability, missingMs, tx.now);
    forgotten.delete(capability);
    if (missingMs >= request.graceMs) unservable.push(capability);
  }
  // Served again, or needed no longer: if it goes missing later, its grace begins anew.
  for (const capability of forgotten) tx.db.run(FORGET, capability);
  return unservable;
}

// Looked for only once the grace is over; if there are none then, there will be none.
function missedAtRest(tx: Transaction, nodes: readonly string[], graceMs: number): string[] {
  return departedHandlers(tx.db).filter((handler) => {
    const missingMs = missingForMs(tx, nodes, handler);
    return missingMs !== null && (missingMs < graceMs || instancesAtRest(tx, handler, 1).length > 0);
  });
}

function neededCapabilities(tx: Transaction): Set<string> {
  const needed = new Set<string>();
  for (const group of readyGroups(tx.db)) {
    if (group.handler !== anyNode && oldestReady(tx, group, 1).length > 0) needed.add(group.handler);
  }
  for (const kind of waitingKinds(tx.db)) {
    if (oldestVisible(tx, kind, { limit: 1 }).length > 0) needed.add(activityCapability(kind));
  }
  return needed;
}
