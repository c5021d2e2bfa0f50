import type { Store } from "./store.ts";

/** Gives how many of the runs were there. */
export async function discardInstances(
  { db, hints }: Store,
  runs: readonly { readonly instanceId: string; readonly runId: string }[],
): Promise<number> {
  const ids = runs.map(({ instanceId }) => instanceId);
  const { discard_instances: discarded } = await db.call<{ discard_instances: number }>(
    "discard_instances",
    ids,
    runs.map(({ runId }) => runId),
  );
  hints.changed({ changed: ids });
  return discarded;
}
