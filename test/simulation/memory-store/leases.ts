import type { LeaseState, NodeLease } from "../../../src/providers/contract.ts";
import type { Rows } from "./rows.ts";

export const holdsLease = ({ nodes, leaseNow }: Rows, nodeId: string): boolean =>
  (nodes.get(nodeId)?.leaseUntil ?? 0) > leaseNow;

export function openLease(rows: Rows, lease: NodeLease): LeaseState {
  endExpiredLeases(rows);
  const leaseUntil = Math.floor(rows.leaseNow + lease.durationMs);
  rows.nodes.set(lease.nodeId, { leaseUntil, capabilities: new Set() });
  setCapabilities(rows, lease);
  return leaseState(rows, lease.nodeId, true);
}

export function renewLease(rows: Rows, lease: NodeLease): LeaseState {
  // An expired lease is gone after this, so that the node cannot bring its own back to life.
  endExpiredLeases(rows);
  const node = rows.nodes.get(lease.nodeId);
  if (node === undefined) return leaseState(rows, lease.nodeId, false);
  node.leaseUntil = Math.floor(rows.leaseNow + lease.durationMs);
  setCapabilities(rows, lease);
  return leaseState(rows, lease.nodeId, true);
}

export function closeLease(rows: Rows, nodeId: string): void {
  // Those whose lease has expired have nothing to hand back: what they owned counts as lost.
  endExpiredLeases(rows);
  for (const instance of rows.ownedBy(nodeId)) {
    rows.setOwner(instance, null);
    instance.claims = Math.max(0, instance.claims - 1);
    rows.wake.instancesReady();
  }
  for (const item of rows.workOf(nodeId)) {
    rows.handBackWork(item);
    rows.wake.workQueued();
  }
  rows.nodes.delete(nodeId);
}

function endExpiredLeases(rows: Rows): void {
  for (const [nodeId, { leaseUntil }] of rows.nodes) {
    if (leaseUntil > rows.leaseNow) continue;
    for (const instance of rows.ownedBy(nodeId)) {
      // Claims go on counting: it may have killed its owner.
      rows.setOwner(instance, null);
      instance.availableAt = rows.now;
      rows.wake.instancesReady();
    }
    const work = rows.workOf(nodeId);
    const isOnTrial = work.some((item) => item.onTrial);
    for (const item of work) {
      rows.handBackWork(item);
      if (item.onTrial || !isOnTrial) item.lost += 1;
      rows.wake.workQueued();
    }
    rows.nodes.delete(nodeId);
  }
}

function setCapabilities({ nodes, missing }: Rows, { nodeId, capabilities }: NodeLease): void {
  const node = nodes.get(nodeId);
  if (node === undefined) return;
  const isSame =
    node.capabilities.size === capabilities.length && capabilities.every((one) => node.capabilities.has(one));
  if (isSame) return;
  node.capabilities = new Set(capabilities);
  for (const capability of capabilities) missing.delete(capability);
}

function leaseState({ nodes, leaseNow }: Rows, nodeId: string, held: boolean): LeaseState {
  const others = [...nodes].flatMap(([other, { leaseUntil }]) => (other === nodeId ? [] : [leaseUntil]));
  return { held, storeNow: leaseNow, nextExpiryAt: others.length === 0 ? null : Math.min(...others) };
}
