import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { Client } from "../../src/client/index.ts";
import { event, orchestration } from "../../src/definition/index.ts";
import { Runtime } from "../../src/runtime/index.ts";
import { inFlight } from "../support/lanes.ts";
import type { Workload } from "../support/workload.ts";

const go = event<number>("go");

const waiter = orchestration("waiter", async (ctx, addend: number) => (await ctx.waitForEvent(go)) + addend);

const waitingOf = (name: string, fullCount: number): Workload => ({
  name,
  what: `${fullCount} instances that wait for an event: their memory, and waking them all`,
  stores: ["sqlite", "postgres"],
  run: async (bench) => {
    const count = bench.isShort ? 100 : fullCount;
    await using store = await bench.open();
    const client = new Client(store.provider);
    await using node = await Runtime.start({
      provider: store.provider,
      orchestrations: [waiter],
      dehydrateAfter: bench.isShort ? "100ms" : "3s",
    });
    const before = heapBytes();
    let mostHydrated = 0;
    let hydratedBytes = 0;
    const startedAt = performance.now();
    for (let from = 0; from < count; from += 500) {
      const size = Math.min(500, count - from);
      await client.startMany(
        Array.from({ length: size }, (_, index) => ({
          orchestration: waiter,
          input: from + index,
          instanceId: `waiter-${from + index}`,
        })),
      );
    }
    while ((await store.provider.countInstances(running)) < count) {
      await delay(5);
      if (node.hydratedCount <= mostHydrated) continue;
      mostHydrated = node.hydratedCount;
    }
    const startSeconds = (performance.now() - startedAt) / 1000;
    mostHydrated = node.hydratedCount;
    if (mostHydrated > count / 2) hydratedBytes = (heapBytes() - before) / mostHydrated;
    while (node.hydratedCount > 0) await delay(20);
    const dehydratedBytes = Math.max(0, heapBytes() - before) / count;
    const idleFor = bench.isShort ? 50 : 3_000;
    const cpuBefore = process.cpuUsage();
    await delay(idleFor);
    const idle = process.cpuUsage(cpuBefore);

    const wokenAt = performance.now();
    await inFlight({ count, width: 500 }, (index) => client.raiseEvent(`waiter-${index}`, go, 1));
    while ((await store.provider.countInstances(completed)) < count) await delay(5);
    const wakeSeconds = (performance.now() - wokenAt) / 1000;
    await inFlight({ count: Math.min(count, 200), width: 20 }, async (index) => {
      assert.equal(await client.getHandle(`waiter-${index}`).result(), index + 1);
    });
    return {
      settings: { instances: count, "events in flight": 500, batch: 500 },
      figures: [
        { what: "started and brought to their wait", value: count / startSeconds, unit: "1/s" },
        { what: "memory of a hydrated one", value: hydratedBytes, unit: "bytes" },
        { what: "memory of a dehydrated one", value: dehydratedBytes, unit: "bytes" },
        { what: "CPU while idle", value: ((idle.user + idle.system) / 1000 / idleFor) * 100, unit: "%" },
        { what: "woken and completed", value: count / wakeSeconds, unit: "1/s" },
        { what: "time to wake them all", value: wakeSeconds * 1000, unit: "ms" },
      ],
    };
  },
});

export const waiting: readonly Workload[] = [
  waitingOf("waiting-5k", 5_000),
  waitingOf("waiting-10k", 10_000),
  waitingOf("waiting-100k", 100_000),
];

const running = { statuses: ["running"], name: null, quarantined: null } as const;
const completed = { statuses: ["completed"], name: null, quarantined: null } as const;

// The script passes --expose-gc; without it the figure only says that nothing grows without bounds.
function heapBytes(): number {
  for (let round = 0; round < 3; round += 1) globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
