import type {
  ExpiredWork,
  FetchedWork,
  FetchWork,
  NewWorkItem,
  WorkClaim,
  WorkFence,
  WorkItem,
} from "../../../src/providers/contract.ts";
import { activityCapability, missingForMs } from "./capabilities.ts";
import { holdsLease } from "./leases.ts";
import type { Rows, WorkRow } from "./rows.ts";

export function fetchWork(rows: Rows, request: FetchWork): FetchedWork {
  const { nodeId, queue, activities, limit, suspectAfter, suspectLimit } = request;
  const { now: storeNow } = rows;
  if (!holdsLease(rows, nodeId)) return { storeNow, items: [], nextVisibleAt: null, suspectsWait: false };
  const visible: WorkRow[] = [];
  const suspects: WorkRow[] = [];
  let nextVisibleAt: number | null = null;
  for (const item of rows.unowned.get(queue) ?? []) {
    if (!activities.includes(item.name)) continue;
    const { visibleAt, lost } = item;
    if (visibleAt > storeNow) nextVisibleAt = Math.min(visibleAt, nextVisibleAt ?? visibleAt);
    else (lost >= suspectAfter ? suspects : visible).push(item);
  }
  visible.push(...suspects.toSorted(byAge).slice(0, suspectLimit));
  const items = visible
    .toSorted(byAge)
    .slice(0, limit)
    .map((item) => takeItem(rows, nodeId, item, suspectAfter));
  return { storeNow, items, nextVisibleAt, suspectsWait: suspects.length > suspectLimit };
}

interface ExpireWork {
  readonly nodeId: string;
  readonly graceMs: number;
  readonly limit: number;
}

export function expireWork(rows: Rows, { nodeId, graceMs, limit }: ExpireWork): ExpiredWork {
  const { now: storeNow } = rows;
  if (!holdsLease(rows, nodeId)) return { storeNow, items: [], nextVisibleAt: null };
  const waiting = [...rows.unowned.values()].flatMap((queue) => [...queue]);
  const expired = waiting.filter((item) => {
    const { delivery, startBy, visibleAt } = item;
    // What has a time to start by is left to that until it was started once, however long its activity is missing.
    if (delivery === 0 && startBy !== null) return startBy <= storeNow;
    return visibleAt <= storeNow && (missingForMs(rows, activityCapability(item)) ?? -1) >= graceMs;
  });
  const items = expired
    .toSorted(byAge)
    .slice(0, limit)
    .map((item) => takeItem(rows, nodeId, item));
  const startBys = waiting.flatMap(({ owner, delivery, startBy }) =>
    owner === null && delivery === 0 && startBy !== null ? [startBy] : [],
  );
  return { storeNow, items, nextVisibleAt: startBys.length === 0 ? null : Math.min(...startBys) };
}

const byAge = (a: WorkRow, b: WorkRow): number => a.visibleAt - b.visibleAt || a.seq - b.seq;

function takeItem(rows: Rows, nodeId: string, item: WorkRow, suspectAfter?: number): WorkItem {
  rows.takeWork(item, nodeId, suspectAfter);
  return itemOf(item);
}

function itemOf(row: WorkRow): WorkItem {
  const { id, delivery, queue, name, body, payload, failures, lost, scheduledAt, heartbeat, note } = row;
  const { instanceId } = row.instance;
  return { id, delivery, queue, name, instanceId, body, payload, failures, lost, scheduledAt, heartbeat, note };
}

export function ownsWork({ work }: Rows, nodeId: string, { id, delivery }: WorkFence): boolean {
  const item = work.get(id);
  return item !== undefined && item.owner === nodeId && item.delivery === delivery;
}

export function heartbeatWork(rows: Rows, nodeId: string, fence: WorkFence, details: string | null): boolean {
  if (!ownsWork(rows, nodeId, fence)) return false;
  const item = rows.work.get(fence.id) as WorkRow;
  item.heartbeat = details ?? item.heartbeat;
  return true;
}

export function endTrial(rows: Rows, nodeId: string, fence: WorkFence): void {
  if (ownsWork(rows, nodeId, fence)) (rows.work.get(fence.id) as WorkRow).onTrial = false;
}

export const findLostWork = (rows: Rows, nodeId: string, fences: readonly WorkFence[]): WorkFence[] =>
  fences.filter((fence) => !ownsWork(rows, nodeId, fence));

/** Gives the items that a commit inserts to the committing node, as far as it has free slots for them. */
export class WorkSlots {
  readonly #rows: Rows;
  readonly #slots: { readonly claim: WorkClaim; free: number; older: number | null }[];
  readonly claimed: WorkItem[] = [];

  constructor(rows: Rows, claims: readonly WorkClaim[]) {
    this.#rows = rows;
    this.#slots = claims.map((claim) => ({ claim, free: claim.limit, older: null }));
  }

  /** Takes a slot for the item and returns true, if one is free that no older work waits for. */
  take(item: NewWorkItem): boolean {
    if (item.session !== undefined) return false;
    const slots = this.#slots.find(
      ({ claim: { queue, activities }, free }) => queue === item.queue && free > 0 && activities.includes(item.name),
    );
    if (slots === undefined) return false;
    slots.older ??= this.#countOlder(slots.claim);
    if (slots.free <= slots.older) return false;
    slots.free -= 1;
    return true;
  }

  inserted(row: WorkRow): void {
    if (row.owner !== null) this.claimed.push(itemOf(row));
  }

  // Without this, a busy node would serve its own instances for ever and starve whatever was queued before.
  #countOlder({ queue, activities }: WorkClaim): number {
    const waits = ({ name, visibleAt }: WorkRow) => visibleAt <= this.#rows.now && activities.includes(name);
    return [...(this.#rows.unowned.get(queue) ?? [])].filter(waits).length;
  }
}
