import type { Kept } from "../contract.ts";
import type { Store } from "./store.ts";

export async function releaseAllExcept({ db, carriers, hints }: Store, nodeId: string, kept: Kept): Promise<void> {
  await db.call(
    "release_all_except",
    nodeId,
    kept.instances.map(Number),
    kept.work.map(({ id }) => id),
    kept.work.map(({ delivery }) => delivery),
  );
  carriers.forget();
  hints.cameOld({ instances: true, work: true });
}
