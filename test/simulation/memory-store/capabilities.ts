import { anyNode, handlerNeeded } from "./handler-needed.ts";
import type { Rows } from "./rows.ts";

/** Every node asks every few seconds: a longer gap means that no node was there to ask, and does not count. */
const maxGapMs = 10_000;

export const activityCapability = ({ queue, name }: { readonly queue: string; readonly name: string }) =>
  `activity:${queue}/${name}`;

/** For how long no live node has had the capability, as far as that was counted; null if one has it now. */
export function missingForMs({ nodes, missing, now, leaseNow }: Rows, capability: string): number | null {
  for (const { leaseUntil, capabilities } of nodes.values()) {
    if (leaseUntil > leaseNow && capabilities.has(capability)) return null;
  }
  const { missingMs, countedUntil } = missing.get(capability) ?? { missingMs: 0, countedUntil: now };
  return missingMs + Math.min(Math.max(0, now - countedUntil), maxGapMs);
}

export function findUnservable(rows: Rows, { graceMs }: { readonly graceMs: number }): string[] {
  const { nodes, missing, now, leaseNow } = rows;
  if (![...nodes.values()].some(({ leaseUntil }) => leaseUntil > leaseNow)) return [];
  const forgotten = new Set(missing.keys());
  const unservable: string[] = [];
  for (const capability of neededCapabilities(rows)) {
    const missingMs = missingForMs(rows, capability);
    if (missingMs === null) continue;
    missing.set(capability, { missingMs, countedUntil: now });
    forgotten.delete(capability);
    if (missingMs >= graceMs) unservable.push(capability);
  }
  // Served again, or needed no longer: if it goes missing later, its grace begins anew.
  for (const capability of forgotten) missing.delete(capability);
  return unservable;
}

function neededCapabilities({ withMail, unowned, now }: Rows): Set<string> {
  const needed = new Set<string>();
  for (const instance of withMail) {
    const handler = handlerNeeded(instance);
    const isAvailable = instance.owner === null && (instance.readySince as number) <= now;
    if (isAvailable && handler !== null && handler !== anyNode) needed.add(handler);
  }
  for (const queue of unowned.values()) {
    for (const item of queue) if (item.visibleAt <= now) needed.add(activityCapability(item));
  }
  return needed;
}
