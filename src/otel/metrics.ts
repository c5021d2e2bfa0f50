import type { BatchObservableResult, Meter } from "@opentelemetry/api";
import { channels } from "../observability/index.ts";
import type { Provider } from "../providers/contract.ts";
import { listen } from "./listen.ts";

/** What this process does, counted and measured as it is told. */
export function makeMetrics(meter: Meter): (() => void)[] {
  const turnMs = meter.createHistogram("perdure.turn.duration", {
    unit: "ms",
    description: "From a turn's begin to its commit",
  });
  const activityMs = meter.createHistogram("perdure.activity.duration", { unit: "ms", description: "Of one attempt" });
  const waitMs = meter.createHistogram("perdure.activity.wait", { unit: "ms", description: "Since it was scheduled" });
  const replayMs = meter.createHistogram("perdure.replay.duration", { unit: "ms" });
  const replayed = meter.createCounter("perdure.replay.events", { description: "Events that were replayed" });
  const commitMs = meter.createHistogram("perdure.commit.duration", { unit: "ms" });
  const batch = meter.createHistogram("perdure.commit.batch_size", { description: "Turns and results in one commit" });
  const fenced = meter.createCounter("perdure.commit.fenced", { description: "Turns and results that were not taken" });
  const hydrated = meter.createUpDownCounter("perdure.instances.hydrated", { description: "In this process's memory" });
  const leases = meter.createCounter("perdure.lease.changes", { description: "By what happened: held, failed, lost" });
  return [
    listen(channels.turnEnd, ({ orchestration, outcome = "", ms = 0 }) =>
      turnMs.record(ms, { orchestration, outcome }),
    ),
    listen(channels.activityBegin, ({ name: activity, queue, waitedMs }) =>
      waitMs.record(waitedMs, { activity, queue }),
    ),
    listen(channels.activityEnd, ({ name: activity, queue, outcome = "", ms = 0 }) =>
      activityMs.record(ms, { activity, queue, outcome }),
    ),
    listen(channels.replay, ({ events, ms }) => {
      replayMs.record(ms);
      replayed.add(events);
    }),
    listen(channels.commit, ({ turns, results, fenced: notTaken, ms }) => {
      commitMs.record(ms);
      batch.record(turns + results);
      if (notTaken > 0) fenced.add(notTaken);
    }),
    listen(channels.hydration, ({ change }) => hydrated.add(change)),
    listen(channels.lease, ({ what }) => leases.add(1, { what })),
  ];
}

/** What waits in a store, looked up whenever the metrics are collected. One process of a store is enough. */
export function makeStoreMetrics(meter: Meter, provider: Provider): () => void {
  const ready = meter.createObservableGauge("perdure.queue.instances", {
    description: "Instances with messages that wait",
  });
  const work = meter.createObservableGauge("perdure.queue.work", {
    description: "Items that wait, by queue and activity",
  });
  const oldest = meter.createObservableGauge("perdure.queue.age", {
    unit: "ms",
    description: "Of the oldest that waits",
  });
  const timers = meter.createObservableGauge("perdure.queue.timers", { description: "Timers that have not come due" });
  const quarantined = meter.createObservableGauge("perdure.instances.quarantined");
  const gauges = [ready, work, oldest, timers, quarantined];
  const observe = async (result: BatchObservableResult): Promise<void> => {
    const load = await provider.readLoad();
    result.observe(ready, load.instances.ready);
    result.observe(quarantined, load.instances.quarantined);
    result.observe(timers, load.timers.waiting);
    for (const { queue, name: activity, waiting, oldestVisibleAt } of load.work) {
      result.observe(work, waiting, { queue, activity });
      result.observe(oldest, oldestVisibleAt === null ? 0 : load.storeNow - oldestVisibleAt, { queue, activity });
    }
  };
  meter.addBatchObservableCallback(observe, gauges);
  return () => meter.removeBatchObservableCallback(observe, gauges);
}
