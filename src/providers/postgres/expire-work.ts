import type { ExpiredWork } from "../contract.ts";
import type { Store } from "./store.ts";
import { type ItemColumns, itemFromColumns } from "./work-item.ts";

export interface ExpireWork {
  readonly nodeId: string;
  readonly graceMs: number;
  readonly limit: number;
}

interface Expired {
  readonly store_now: number;
  readonly items: ItemColumns[] | null;
  readonly next_start_by: number | null;
}

export async function expireWork({ db }: Store, request: ExpireWork): Promise<ExpiredWork> {
  const { nodeId, graceMs, limit } = request;
  const expired = await db.call<Expired>("expire_work", nodeId, Math.ceil(graceMs), limit);
  const items = (expired.items ?? []).map(itemFromColumns);
  return { storeNow: expired.store_now, items, nextVisibleAt: expired.next_start_by };
}
