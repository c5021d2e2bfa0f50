import type { AnyActivity, AnyOrchestration } from "../../src/definition/index.ts";
import type { Provider } from "../../src/providers/contract.ts";
import { allTimerPartitions } from "../../src/runtime/timer-partition.ts";
import { randomId } from "../../src/values/index.ts";

interface Definitions {
  readonly orchestrations: readonly AnyOrchestration[];
  readonly activities: readonly AnyActivity[];
}

/** What a node that runs these definitions would find to do, now or later: nothing, once everything has ended. */
export async function queued(provider: Provider, { orchestrations, activities }: Definitions): Promise<object> {
  const nodeId = randomId();
  const handlers = orchestrations.flatMap(({ name, version }) => [`${name}@*`, `${name}@${version}`]);
  await provider.openLease({ nodeId, durationMs: 60_000, capabilities: [] });
  const { instances, nextAvailableAt } = await provider.fetchInstances({
    nodeId,
    limit: 100,
    handlers,
    busy: [],
    suspectAfter: 1_000,
    quarantineAfter: 1_000,
    unservableForMs: null,
    messageLimit: 10,
  });
  const all = { suspectAfter: 1_000, suspectLimit: 0 };
  const names = activities.map(({ name }) => name);
  const work = await provider.fetchWork({ nodeId, queue: "default", activities: names, limit: 100, ...all });
  const timers = await provider.fireTimers({ partitions: allTimerPartitions, limit: 100 });
  await provider.closeLease(nodeId);
  return {
    instances: instances.map(({ instanceId }) => instanceId),
    nextAvailableAt,
    work: work.items.map(({ id }) => id),
    nextVisibleAt: work.nextVisibleAt,
    timers: timers.fired,
    nextDueAt: timers.nextDueAt,
  };
}

export const nothingQueued = {
  instances: [],
  nextAvailableAt: null,
  work: [],
  nextVisibleAt: null,
  timers: 0,
  nextDueAt: null,
};
