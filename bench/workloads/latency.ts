import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { Client } from "../../src/client/index.ts";
import { activity, orchestration } from "../../src/definition/index.ts";
import { Runtime } from "../../src/runtime/index.ts";
import { openIdleDisk } from "../support/idle-disk.ts";
import { percentile } from "../support/percentiles.ts";
import type { Workload } from "../support/workload.ts";

const stepTimes: number[] = [];

const greet = activity("greet", (_ctx, name: string) => {
  stepTimes.push(performance.now());
  return `Hello, ${name}!`;
});

const hello = orchestration("hello", async (ctx, name: string) => ctx.activity(greet, name));

const many = orchestration("many", async (ctx, steps: number) => {
  for (let step = 0; step < steps; step += 1) await ctx.activity(greet, "you");
});

export const latency: Workload = {
  name: "latency",
  what: "one at a time, in an idle process",
  stores: ["sqlite", "postgres"],
  run: async (bench) => {
    // The first rounds run code that nobody has run before.
    const [warmUp, rounds] = bench.isShort ? [2, 5] : [500, 500];
    await using store = await bench.open();
    await using _node = await Runtime.start({
      provider: store.provider,
      orchestrations: [hello, many],
      activities: [greet],
    });
    const client = new Client(store.provider);
    using disk = openIdleDisk();
    const whole: number[] = [];
    const disks: number[] = [];
    for (let round = 0; round < warmUp + rounds; round += 1) {
      const startedAt = performance.now();
      const handle = await client.start(hello, "world");
      assert.equal(await handle.result(), "Hello, world!");
      whole.push(performance.now() - startedAt);
      await delay(2);
      disks.push(disk.append());
      await delay(2);
    }
    for (const samples of [whole, disks]) samples.splice(0, warmUp);
    stepTimes.length = 0;
    await (await client.start(many, rounds)).result();
    assert.equal(stepTimes.length, rounds);
    const steps = stepTimes.slice(1).map((at, index) => at - (stepTimes[index] as number));
    return {
      settings: { "warm-up": warmUp, rounds, "in flight": 1, "pause between ms": 4 },
      figures: [
        { what: "start to result p50", value: percentile(whole, 0.5), unit: "ms", against: "one commit" },
        { what: "start to result p90", value: percentile(whole, 0.9), unit: "ms" },
        { what: "start to result p99", value: percentile(whole, 0.99), unit: "ms" },
        { what: "fdatasync after such a pause p50", value: percentile(disks, 0.5), unit: "ms" },
        { what: "one step p50", value: percentile(steps, 0.5), unit: "ms", against: "one commit" },
        { what: "one step p99", value: percentile(steps, 0.99), unit: "ms" },
      ],
    };
  },
};
