import { leftBehind } from "./hints.ts";
import type { Store } from "./store.ts";

export async function closeLease({ db, hints }: Store, nodeId: string): Promise<void> {
  await db.call("close_lease", nodeId);
  hints.cameOld(leftBehind);
}
