import type { Provider, StoreLoad } from "../../providers/contract.ts";

/** When the next thing is due that stands in the store: a timer, or an activity's next attempt. Infinity if none is. */
export async function nextMoment(provider: Provider, { storeNow, work, timers }: StoreLoad): Promise<number> {
  const timer = timers.nextDueAt ?? Infinity;
  if (work.every(({ delayed }) => delayed === 0)) return timer;
  return Math.min(timer, await nextAttempt(provider, storeNow));
}

async function nextAttempt(provider: Provider, storeNow: number): Promise<number> {
  let earliest = Infinity;
  let cursor: string | null = null;
  do {
    const filter = { statuses: ["running"], name: null, quarantined: null, limit: 500, cursor } as const;
    const page = await provider.listInstances(filter);
    for (const { instanceId } of page.instances) {
      const queues = await provider.readInstanceQueues({ instanceId, limit: 1_000_000 });
      for (const { visibleAt } of queues?.work ?? [])
        if (visibleAt > storeNow) earliest = Math.min(earliest, visibleAt);
    }
    ({ cursor } = page);
  } while (cursor !== null);
  return earliest;
}
