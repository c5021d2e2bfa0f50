import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { Client } from "../../src/client/index.ts";
import { activity, event, orchestration } from "../../src/definition/index.ts";
import { Runtime } from "../../src/runtime/index.ts";
import type { Workload } from "../support/workload.ts";

const never = event("never");
const waiter = orchestration("waiter", async (ctx) => void (await ctx.waitForEvent(never)));

export const startUp: Workload = {
  name: "start-up",
  what: "the first claim of a new process, beside 100,000 open instances",
  stores: ["sqlite", "postgres"],
  run: async (bench) => {
    const count = bench.isShort ? 100 : 100_000;
    await using store = await bench.open();
    {
      const client = new Client(store.provider);
      await using _node = await Runtime.start({
        provider: store.provider,
        orchestrations: [waiter],
        dehydrateAfter: 0,
      });
      const starts = Array.from({ length: 1_000 }, () => ({ orchestration: waiter }));
      for (let from = 0; from < count; from += 1_000) await client.startMany(starts.slice(0, count - from));
      while ((await store.provider.countInstances({ statuses: ["running"], name: null, quarantined: null })) < count)
        await delay(50);
    }
    const openedAt = performance.now();
    const provider = await store.reopen();
    const openMs = performance.now() - openedAt;

    const first = Promise.withResolvers<number>();
    const arrive = activity("arrive", () => first.resolve(performance.now()));
    const newcomer = orchestration("newcomer", async (ctx) => ctx.activity(arrive));
    await using _node = await Runtime.start({
      provider,
      orchestrations: [waiter, newcomer],
      activities: [arrive],
    });
    const handle = await new Client(provider).start(newcomer);
    const firstClaimMs = (await first.promise) - openedAt;
    await handle.result();
    assert.equal(await provider.countInstances({ statuses: ["running"], name: null, quarantined: null }), count);
    return {
      settings: { "open instances": count },
      figures: [
        { what: "opening the store", value: openMs, unit: "ms" },
        { what: "from opening to the first activity", value: firstClaimMs, unit: "ms" },
      ],
    };
  },
};
