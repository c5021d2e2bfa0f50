import type { PruneInstances } from "../contract.ts";
import { hasEnded } from "./instance-row.ts";
import type { Store } from "./store.ts";

interface Pruned {
  readonly removed: string[];
  readonly families: number;
  readonly last_at: number | null;
  readonly last_key: number | null;
}

/** Families of which somebody still runs, or has ended too lately, are passed over. */
export async function pruneInstances({ db, hints }: Store, request: PruneInstances): Promise<string[]> {
  const removed: string[] = [];
  let left = request.limit;
  for (const status of request.statuses.filter(hasEnded)) {
    let [lastAt, lastKey]: [number | null, number | null] = [0, 0];
    while (left > 0 && lastAt !== null) {
      const pruned: Pruned = await db.call("prune_instances", status, request.endedBefore, lastAt, lastKey, left);
      removed.push(...pruned.removed);
      left -= pruned.families;
      [lastAt, lastKey] = [pruned.last_at, pruned.last_key];
    }
  }
  hints.changed({ changed: removed, ended: removed });
  return removed;
}
