import type { LeaseState } from "../contract.ts";
import { setDownOwned } from "./carried-work.ts";
import { RowInsert } from "./row-insert.ts";
import { hasDied } from "./this-process.ts";
import type { Transaction } from "./transaction.ts";
import { endSessions } from "./work-sessions.ts";

const SELECT_LIVE = "SELECT 1 FROM perdure_nodes WHERE node_id = ? AND lease_until > ?";

const SELECT_OTHER = "SELECT 1 FROM perdure_nodes WHERE node_id <> ? LIMIT 1";

const SELECT_NODES = "SELECT node_id, lease_until, process FROM perdure_nodes";

const SELECT_NEXT_EXPIRY = "SELECT min(lease_until) FROM perdure_nodes WHERE node_id <> ?";

const SELECT_CAPABILITIES = "SELECT capability FROM perdure_capabilities WHERE node_id = ?";

// Owners that died may have been killed by what they owned: claims go on counting, and `available_at` says since when
// the instance has been waiting for its next owner.
const TAKE_INSTANCES = "UPDATE perdure_ownerships SET owner = NULL, available_at = ? WHERE owner = ?";

const HAND_BACK_INSTANCES = "UPDATE perdure_ownerships SET owner = NULL, claims = max(claims - 1, 0) WHERE owner = ?";

const SELECT_ON_TRIAL = "SELECT 1 FROM perdure_work_items WHERE owner = ? AND on_trial LIMIT 1";

// `visible_at` stays, so that what is oldest stays oldest.
const TAKE_WORK = "UPDATE perdure_work_items SET owner = NULL, lost = lost + 1 WHERE owner = ?";

const TAKE_WORK_BESIDE_TRIAL = "UPDATE perdure_work_items SET owner = NULL, lost = lost + on_trial WHERE owner = ?";

const HAND_BACK_WORK = "UPDATE perdure_work_items SET owner = NULL WHERE owner = ?";

const DELETE_NODE = "DELETE FROM perdure_nodes WHERE node_id = ?";

const DELETE_CAPABILITIES = "DELETE FROM perdure_capabilities WHERE node_id = ?";

// Of handlers of one version: what needs any version has a start in its queue.
const NOTE_DEPARTED = `
  INSERT INTO perdure_unservable (capability, missing_ms, counted_until, departed)
  SELECT capability, 0, ?, 1 FROM perdure_capabilities
   WHERE node_id = ? AND capability NOT GLOB 'activity:*' AND capability NOT GLOB '*@[*]'
  ON CONFLICT (capability) DO UPDATE SET departed = 1`;

const FORGET_MISSING = "DELETE FROM perdure_unservable WHERE capability = ?";

const insertCapabilities = new RowInsert("perdure_capabilities", "node_id, capability");

/** Whether the node may act: its lease is there and has not expired. */
export function holdsLease(tx: Transaction, nodeId: string): boolean {
  return tx.db.get(SELECT_LIVE, nodeId, tx.leaseNow) !== undefined;
}

export function isOnlyNode(tx: Transaction, nodeId: string): boolean {
  return tx.db.get(SELECT_OTHER, nodeId) === undefined;
}

/** Ends every lease that has expired, or whose process has died, and makes available what those nodes owned. */
export function endExpiredLeases(tx: Transaction): void {
  for (const [nodeId, leaseUntil, process] of tx.db.all<[string, number, string]>(SELECT_NODES)) {
    if (leaseUntil > tx.leaseNow && !hasDied(process)) continue;
    setDownOwned(tx, nodeId);
    if (tx.db.run(TAKE_INSTANCES, tx.now, nodeId) > 0) tx.wake.instancesReady();
    const isOnTrial = tx.db.get(SELECT_ON_TRIAL, nodeId) !== undefined;
    if (tx.db.run(isOnTrial ? TAKE_WORK_BESIDE_TRIAL : TAKE_WORK, nodeId) > 0) tx.wake.workQueued();
    forgetNode(tx, nodeId);
  }
}

/** Ends a lease at its owner's wish. */
export function handBackLease(tx: Transaction, nodeId: string): void {
  setDownOwned(tx, nodeId);
  if (tx.db.run(HAND_BACK_INSTANCES, nodeId) > 0) tx.wake.instancesReady();
  if (tx.db.run(HAND_BACK_WORK, nodeId) > 0) tx.wake.workQueued();
  forgetNode(tx, nodeId);
}

/** Writes what the node can run, unless that is what is written already. */
export function setCapabilities(tx: Transaction, nodeId: string, capabilities: readonly string[]): void {
  const wanted = new Set(capabilities);
  const stored = tx.db.all<[string]>(SELECT_CAPABILITIES, nodeId);
  if (stored.length === wanted.size && stored.every(([capability]) => wanted.has(capability))) return;
  tx.db.run(NOTE_DEPARTED, tx.now, nodeId);
  tx.db.run(DELETE_CAPABILITIES, nodeId);
  const rows = [...wanted].flatMap((capability) => [nodeId, capability]);
  insertCapabilities.run(tx.db, rows);
  for (const capability of wanted) tx.db.run(FORGET_MISSING, capability);
}

export function leaseState(tx: Transaction, nodeId: string, held: boolean): LeaseState {
  const nextExpiryAt = tx.db.get<[number | null]>(SELECT_NEXT_EXPIRY, nodeId)?.[0] ?? null;
  return { held, storeNow: tx.leaseNow, nextExpiryAt };
}

function forgetNode(tx: Transaction, nodeId: string): void {
  endSessions(tx, nodeId);
  tx.db.run(NOTE_DEPARTED, tx.now, nodeId);
  tx.db.run(DELETE_CAPABILITIES, nodeId);
  tx.db.run(DELETE_NODE, nodeId);
}
