import { MoveConflictError, StoreBusyError } from "../errors/index.ts";
import type { Provider, StoreSeal } from "../providers/contract.ts";

export interface MoveRequest {
  /** The store that has the instances. */
  readonly from: Provider;
  /** The store that gets them. */
  readonly to: Provider;
}

/** Seals a store, or says who is in the way. */
export async function sealBy(provider: Provider, seal: StoreSeal): Promise<void> {
  const outcome = await provider.transfer.seal(seal);
  if (outcome.status === "busy") throw busyStore(provider, outcome.nodeIds);
  if (outcome.status === "taken") throw otherMove(provider, outcome.seal);
}

export function busyStore({ kind }: Provider, nodeIds: readonly string[]): StoreBusyError {
  return new StoreBusyError(
    `${nodeIds.length} node(s) hold a lease on the ${kind} store (${nodeIds.join(", ")}). ` +
      "Stop them first; the lease of one that was killed ends by itself, after 15 seconds by default.",
  );
}

export function otherMove(provider: Provider, { state, moveId }: StoreSeal): MoveConflictError {
  const what = state === "receiving" ? "being filled by another move" : "being moved into another store";
  return new MoveConflictError(
    `The ${provider.kind} store is ${what} (${moveId}). Finish that move, or abandon it (abandonMove) with its two stores.`,
  );
}
