import type { Store } from "./store.ts";

export async function closeLease({ db, hints, lowWater }: Store, nodeId: string): Promise<void> {
  await db.call("close_lease", nodeId);
  lowWater.forget();
  hints.changed({ instances: true, work: true });
}
