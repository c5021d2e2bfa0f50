import type { FetchInstances } from "../contract.ts";
import { departedHandlers, instancesAtRest } from "./instances-at-rest.ts";
import { liveNodes, missingForMs } from "./missing-capabilities.ts";
import {
  anyNode,
  nextReadyAt,
  oldestReady,
  type ReadyGroup,
  type ReadyInstance,
  readyGroups,
} from "./ready-instances.ts";
import type { Transaction } from "./transaction.ts";

const SELECT_AVAILABLE_AT = "SELECT available_at FROM perdure_ownerships WHERE key = ?";

/** So long a suspect waits for a moment when nothing else is to be done. */
const suspectPatienceMs = 10_000;

export interface ClaimableInstance extends ReadyInstance {
  /** Claims since the last commit, before this one. */
  readonly claims: number;
}

export interface Claimable {
  readonly trusted: readonly ClaimableInstance[];
  readonly suspect: ClaimableInstance | null;
  /** The suspect has waited long enough to go first. */
  readonly suspectIsDue: boolean;
  /** Nothing else is ready that anybody could claim. */
  readonly isAll: boolean;
  readonly nextAvailableAt: number | null;
}

/** What the request allows the node to claim, oldest first. */
export function findClaimable(tx: Transaction, request: FetchInstances): Claimable {
  const trusted: ClaimableInstance[] = [];
  const suspects: ClaimableInstance[] = [];
  let nextAvailableAt: number | null = null;
  const groups = readyGroups(tx.db);
  const allowed = allowedGroups(tx, groups, request);
  for (const group of allowed) {
    const kind = group.claims < request.suspectAfter ? trusted : suspects;
    for (const ready of oldestReady(tx, group, request.limit)) kind.push({ ...ready, claims: group.claims });
    const heldBackUntil = nextReadyAt(tx, group);
    if (heldBackUntil !== null) nextAvailableAt = Math.min(heldBackUntil, nextAvailableAt ?? heldBackUntil);
  }
  for (const instance of unservableAtRest(tx, request)) trusted.push(instance);
  const [suspect = null] = suspects.toSorted(byAge);
  return {
    trusted: trusted.toSorted(byAge).slice(0, request.limit),
    suspect,
    suspectIsDue: suspect !== null && hasWaited(tx, suspect),
    isAll: allowed.length === groups.length && suspect === null && trusted.length < request.limit,
    nextAvailableAt,
  };
}

export const byAge = (a: ReadyInstance, b: ReadyInstance): number => a.readySince - b.readySince || a.key - b.key;

function allowedGroups(
  tx: Transaction,
  groups: readonly ReadyGroup[],
  { handlers, unservableForMs }: FetchInstances,
): readonly ReadyGroup[] {
  if (unservableForMs === null) {
    const allowed = new Set([anyNode, ...handlers]);
    return groups.filter(({ handler }) => allowed.has(handler));
  }
  const nodes = liveNodes(tx);
  return groups.filter(({ handler }) => {
    const missingMs = handler === anyNode ? null : missingForMs(tx, nodes, handler);
    return missingMs !== null && missingMs >= unservableForMs;
  });
}

function unservableAtRest(tx: Transaction, { unservableForMs, limit }: FetchInstances): ClaimableInstance[] {
  if (unservableForMs === null) return [];
  const nodes = liveNodes(tx);
  return departedHandlers(tx.db)
    .filter((handler) => (missingForMs(tx, nodes, handler) ?? -1) >= unservableForMs)
    .flatMap((handler) => instancesAtRest(tx, handler, limit));
}

// Its messages may be old; what counts is how long it has been available, since its last owner's lease ended.
function hasWaited(tx: Transaction, { key, readySince }: ReadyInstance): boolean {
  const [availableAt] = tx.db.get<[number]>(SELECT_AVAILABLE_AT, key) as [number];
  return tx.now - Math.max(readySince, availableAt) >= suspectPatienceMs;
}
