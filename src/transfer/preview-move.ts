import { PerdureError } from "../errors/index.ts";
import type { Provider, StoreCounts } from "../providers/contract.ts";
import { checkOverlap } from "./check-overlap.ts";
import { checkSeals } from "./check-seals.ts";
import { busyStore, type MoveRequest } from "./seal-by.ts";

/** What a move would do, and what is in its way. */
export interface MovePreview {
  /** What there is in the old store. */
  readonly moving: StoreCounts;
  /** A call that was interrupted has begun it. */
  readonly isBegun: boolean;
  /** Why it would be refused, one sentence each; empty if it would not. */
  readonly obstacles: readonly string[];
}

/** Between which stores a move would be. */
export interface MovePreviewRequest {
  readonly from: Provider;
  /** Null for a store that has yet to be made. */
  readonly to: Provider | null;
}

/** What `moveInstances` would do, and what is in its way. Reads, and changes neither store. */
export async function previewMove({ from, to }: MovePreviewRequest): Promise<MovePreview> {
  const obstacles: string[] = [];
  const unless = async (look: () => Promise<unknown>): Promise<void> => {
    try {
      await look();
    } catch (error) {
      if (!(error instanceof PerdureError) || error.category !== "configuration") throw error;
      obstacles.push(error.message);
    }
  };
  const stores = [from, ...(to === null ? [] : [to])];
  for (const store of stores) await unless(() => checkIdle(store));
  const isBegun = (await from.transfer.readSeal())?.state === "moving";
  if (to !== null) await unless(() => checkMove({ from, to }));
  return { moving: await from.transfer.count(), isBegun, obstacles };
}

async function checkMove(stores: MoveRequest): Promise<void> {
  const { source } = await checkSeals(stores);
  if (source === null && (await stores.to.transfer.count()).instances > 0) await checkOverlap(stores);
}

async function checkIdle(store: Provider): Promise<void> {
  const { nodes, storeNow } = await store.listNodes();
  const live = nodes.filter(({ leaseUntil }) => leaseUntil > storeNow).map(({ nodeId }) => nodeId);
  if (live.length > 0) throw busyStore(store, live);
}
