import type { FiredTimers } from "../contract.ts";
import type { Store } from "./store.ts";

interface Fired {
  readonly store_now: number;
  readonly fired: number;
  readonly next_due_at: number | null;
  readonly first_due: (number | null)[] | null;
}

export async function fireTimers(
  { db, hints, lowWater }: Store,
  request: { readonly partitions: readonly number[]; readonly limit: number },
): Promise<FiredTimers> {
  const partitions = [...new Set(request.partitions)];
  const scan = lowWater.begin(partitions.map((partition) => `timers ${partition}`));
  const row = await db.callOften<Fired>("fire_timers", partitions, scan.floors, request.limit);
  const { store_now: storeNow, fired, next_due_at: nextDueAt } = row;
  scan.end(row.first_due ?? [], storeNow);
  hints.changed({ instances: fired > 0 });
  return { storeNow, fired, nextDueAt };
}
