import type { FetchedWork, FetchWork } from "../contract.ts";
import type { Store } from "./store.ts";
import { type ItemColumns, itemFromColumns } from "./work-item.ts";

interface Fetched {
  readonly store_now: number;
  readonly items: ItemColumns[] | null;
  readonly next_visible_at: number | null;
  readonly first_visible: (number | null)[] | null;
  readonly suspects_wait: boolean;
  /** Items went into the lane of the node that has their session. */
  readonly moved: boolean;
}

export async function fetchWork({ db, hints, lowWater }: Store, request: FetchWork): Promise<FetchedWork> {
  const { nodeId, queue, limit, suspectAfter, suspectLimit } = request;
  const activities = [...new Set(request.activities)];
  const kinds = activities.map((name) => workKind(queue, name));
  const scan = lowWater.begin(kinds);
  const claim = [nodeId, queue, activities, scan.floors, limit, suspectAfter, suspectLimit] as const;
  const fetched = await db.callOften<Fetched>("fetch_work", ...claim);
  const { store_now: storeNow, first_visible: firsts } = fetched;
  if (firsts !== null) scan.end(firsts, storeNow);
  // Whoever scheduled them told everybody, and that node looked where they were not yet.
  if (fetched.moved) hints.changed({ work: true });
  return {
    storeNow,
    items: (fetched.items ?? []).map(itemFromColumns),
    nextVisibleAt: fetched.next_visible_at,
    suspectsWait: fetched.suspects_wait,
  };
}

/** Under which the low water of one activity's items is kept. */
export const workKind = (queue: string, name: string): string => `work ${JSON.stringify([queue, name])}`;
