import assert from "node:assert/strict";
import { Client } from "../../src/client/index.ts";
import { activity, orchestration } from "../../src/definition/index.ts";
import { Runtime } from "../../src/runtime/index.ts";
import { median } from "../support/percentiles.ts";
import type { Workload } from "../support/workload.ts";

interface Stepper {
  /** How many milliseconds this instance took for its next step; it then stands still. */
  step(): Promise<number>;
}

/**
 * An instance that makes one step when it is told to. So an old and a young one can take turns, and what the machine
 * does meanwhile befalls both alike.
 */
const longInstanceOf = (name: string, fullAge: number): Workload => ({
  name,
  what: `the steps of an instance after ${fullAge} of them against those of a young one, in turns`,
  stores: ["sqlite", "postgres"],
  run: async (bench) => {
    const [age, samples] = bench.isShort ? [60, 10] : [fullAge, 1_000];
    const youth = bench.isShort ? 20 : 100;
    await using store = await bench.open();
    const waiting = new Map<string, () => void>();
    const arrivals = new Map<string, () => void>();
    let isOver = false;
    const gate = activity("gate", async (ctx) => {
      if (isOver) return;
      const opened = new Promise<void>((resolve) => waiting.set(ctx.instanceId, resolve));
      arrivals.get(ctx.instanceId)?.();
      await opened;
    });
    const steps = orchestration("steps", async (ctx, count: number) => {
      for (let step = 0; step < count; step += 1) await ctx.activity(gate);
      return count;
    });
    await using _node = await Runtime.start({
      provider: store.provider,
      orchestrations: [steps],
      activities: [gate],
      dehydrateAfter: "1h",
    });
    const client = new Client(store.provider);

    const begin = async (instanceId: string, count: number): Promise<Stepper> => {
      const arrived = new Promise<void>((resolve) => arrivals.set(instanceId, resolve));
      await client.start(steps, count, { instanceId });
      await arrived;
      return {
        step: async () => {
          const next = new Promise<void>((resolve) => arrivals.set(instanceId, resolve));
          const open = waiting.get(instanceId);
          const startedAt = performance.now();
          open?.();
          await next;
          return performance.now() - startedAt;
        },
      };
    };

    const old = await begin("old", age + samples + 1);
    for (let step = 0; step < age; step += 1) await old.step();
    const oldMs: number[] = [];
    const youngMs: number[] = [];
    for (let generation = 0; oldMs.length < samples; generation += 1) {
      const young = await begin(`young-${generation}`, youth + 1);
      for (let step = 0; step < youth && oldMs.length < samples; step += 1) {
        oldMs.push(await old.step());
        youngMs.push(await young.step());
      }
    }
    isOver = true;
    for (const open of waiting.values()) open();
    assert.equal(await client.getHandle("old").result(), age + samples + 1);
    assert.equal((await client.getHistory("old")).length, 2 + 2 * (age + samples + 1));
    return {
      settings: { "steps before": age, samples },
      figures: [
        { what: `step after ${age} steps, median`, value: median(oldMs), unit: "ms", against: "one commit" },
        { what: `step within the first ${youth}, median`, value: median(youngMs), unit: "ms", against: "one commit" },
        { what: "old against young", value: median(oldMs) / median(youngMs), unit: "x" },
      ],
    };
  },
});

export const longInstances: readonly Workload[] = [
  longInstanceOf("long-instance-1k", 1_000),
  longInstanceOf("long-instance-5k", 5_000),
  longInstanceOf("long-instance-20k", 20_000),
];
