import type { InstanceStatus, NodeRecord, Provider, WorkLoad } from "../providers/contract.ts";
import { checkLimit } from "./limits.ts";
import { instantText } from "./instance-view.ts";

/** What there is, and how much of it. */
export interface Overview {
  readonly storeNow: string;
  /** Such as `sqlite`. */
  readonly store: string;
  readonly instances: Readonly<Record<InstanceStatus, number>>;
  readonly quarantined: number;
  readonly liveNodes: number;
}

export async function overview(provider: Provider): Promise<Overview> {
  const count = (filter: { readonly statuses?: readonly InstanceStatus[]; readonly quarantined?: boolean }) =>
    provider.countInstances({ statuses: null, name: null, quarantined: null, ...filter });
  const [{ nodes, storeNow }, quarantined, ...counts] = await Promise.all([
    provider.listNodes(),
    count({ quarantined: true }),
    ...statuses.map((status) => count({ statuses: [status] })),
  ]);
  return {
    storeNow: instantText(storeNow),
    store: provider.kind,
    instances: Object.fromEntries(statuses.map((status, index) => [status, counts[index]])) as Overview["instances"],
    quarantined,
    liveNodes: nodes.filter(({ leaseUntil }) => leaseUntil > storeNow).length,
  };
}

const statuses = ["pending", "running", "completed", "failed", "cancelled", "terminated"] as const;

/** What waits in the queues. */
export interface QueuesView {
  readonly storeNow: string;
  readonly instances: {
    readonly ready: number;
    readonly oldestReadyAt: string | null;
    readonly owned: number;
    readonly quarantined: number;
  };
  readonly messages: number;
  readonly work: readonly WorkQueueView[];
  readonly timers: { readonly waiting: number; readonly nextDueAt: string | null };
  /** Of SQLite's write-ahead log; null for a store without one of its own. */
  readonly logBytes: number | null;
}

/** How much of one activity waits and runs in one queue, and whether anybody takes it. */
export interface WorkQueueView extends Omit<WorkLoad, "oldestVisibleAt"> {
  readonly oldestVisibleAt: string | null;
  /** Some live node takes this activity from this queue. */
  readonly isServed: boolean;
}

export async function queuesView(provider: Provider): Promise<QueuesView> {
  const [{ storeNow, instances, messages, work, timers, logBytes = null }, { nodes }] = await Promise.all([
    provider.readLoad(),
    provider.listNodes(),
  ]);
  const live = nodes.filter(({ leaseUntil }) => leaseUntil > storeNow);
  const served = new Set(live.flatMap(({ capabilities }) => capabilities));
  return {
    storeNow: instantText(storeNow),
    instances: { ...instances, oldestReadyAt: instantText(instances.oldestReadyAt) },
    messages,
    work: work.map((load) => ({
      ...load,
      oldestVisibleAt: instantText(load.oldestVisibleAt),
      isServed: served.has(`activity:${load.queue}/${load.name}`),
    })),
    timers: { waiting: timers.waiting, nextDueAt: instantText(timers.nextDueAt) },
    logBytes,
  };
}

/** A node that has a lease row, live or not, and what it can run. */
export interface NodeView {
  readonly nodeId: string;
  readonly leaseUntil: string;
  readonly isLive: boolean;
  /** As `name@version`. */
  readonly orchestrations: readonly string[];
  /** As `queue/name`. */
  readonly activities: readonly string[];
  readonly instances: number;
  readonly work: number;
}

export async function nodesView(provider: Provider): Promise<readonly NodeView[]> {
  const { nodes, storeNow } = await provider.listNodes();
  return nodes.map((node) => nodeView(node, storeNow));
}

function nodeView({ nodeId, leaseUntil, capabilities, instances, work }: NodeRecord, storeNow: number): NodeView {
  return {
    nodeId,
    leaseUntil: instantText(leaseUntil),
    isLive: leaseUntil > storeNow,
    orchestrations: capabilities.filter((one) => !one.startsWith(activityPrefix) && !one.endsWith("@*")),
    activities: capabilities
      .filter((one) => one.startsWith(activityPrefix))
      .map((one) => one.slice(activityPrefix.length)),
    instances,
    work,
  };
}

const activityPrefix = "activity:";

/** What was started and what ended lately, newest first. */
export interface TrafficView {
  readonly storeNow: string;
  readonly since: string;
  readonly startedAt: readonly string[];
  /** Instances without a parent. */
  readonly ended: readonly EndedView[];
  /** There were more than `limit` of one or the other. */
  readonly isTruncated: boolean;
}

/** An instance without a parent that ended lately. */
export interface EndedView {
  readonly name: string;
  readonly status: InstanceStatus;
  readonly endedAt: string;
  /** From its start to its end. */
  readonly tookMs: number;
}

export async function trafficView(
  provider: Provider,
  { sinceMs, limit }: { readonly sinceMs: number; readonly limit: number },
): Promise<TrafficView> {
  const since = Math.max(0, provider.now() - sinceMs);
  const { storeNow, startedAt, ended, isTruncated } = await provider.readTraffic({ since, limit: checkLimit(limit) });
  return {
    storeNow: instantText(storeNow),
    since: instantText(since),
    startedAt: startedAt.map((at) => instantText(at)),
    ended: ended.map(({ name, status, createdAt, endedAt }) => ({
      name,
      status,
      endedAt: instantText(endedAt),
      tookMs: endedAt - createdAt,
    })),
    isTruncated,
  };
}
