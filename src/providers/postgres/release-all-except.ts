import type { InstanceRef } from "../contract.ts";
import type { Store } from "./store.ts";

export interface Kept {
  readonly instances: readonly InstanceRef[];
  readonly work: readonly string[];
}

export async function releaseAllExcept({ db, hints, lowWater }: Store, nodeId: string, kept: Kept): Promise<void> {
  await db.call("release_all_except", nodeId, kept.instances.map(Number), [...kept.work]);
  lowWater.forget();
  hints.changed({ instances: true, work: true });
}
