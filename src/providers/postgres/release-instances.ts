import type { InstanceRef } from "../contract.ts";
import type { Store } from "./store.ts";

export async function releaseInstances(
  { db, carriers, hints }: Store,
  nodeId: string,
  claims: readonly { readonly ref: InstanceRef; readonly epoch: number }[],
): Promise<void> {
  if (claims.length === 0) return;
  const keys = claims.map(({ ref }) => Number(ref));
  const epochs = claims.map(({ epoch }) => epoch);
  const { release_instances: haveMail } = await db.call<{ release_instances: boolean }>(
    "release_instances",
    nodeId,
    keys,
    epochs,
  );
  for (const { ref } of claims) carriers.isEmpty(ref);
  hints.changed({ instances: haveMail });
}
