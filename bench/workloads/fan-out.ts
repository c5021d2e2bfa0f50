import assert from "node:assert/strict";
import { Client } from "../../src/client/index.ts";
import { activity, orchestration } from "../../src/definition/index.ts";
import { Runtime } from "../../src/runtime/index.ts";
import { inFlight } from "../support/lanes.ts";
import type { Workload } from "../support/workload.ts";

const part = activity("part", (_ctx, number: number) => number * 2);

const fan = orchestration("fan", async (ctx, parts: number) => {
  const results = await Promise.all(Array.from({ length: parts }, (_, number) => ctx.activity(part, number)));
  return results.reduce((sum, result) => sum + result, 0);
});

const parts = 100;
const width = 10;

export const fanOut: Workload = {
  name: "fan-out",
  what: "100 parallel activities, 10 instances in flight; and 10,000 in one instance",
  stores: ["sqlite", "postgres"],
  run: async (bench) => {
    const count = bench.isShort ? 2 : 100;
    const many = bench.isShort ? 300 : 10_000;
    await using store = await bench.open();
    await using _node = await Runtime.start({
      provider: store.provider,
      orchestrations: [fan],
      activities: [part],
      concurrency: { activities: 1_000 },
    });
    const client = new Client(store.provider);
    const runOne = async (size: number) => {
      const handle = await client.start(fan, size);
      assert.equal(await handle.result(), size * (size - 1));
    };
    if (!bench.isShort) await inFlight({ count: 20, width }, () => runOne(parts));
    const startedAt = performance.now();
    await inFlight({ count, width }, () => runOne(parts));
    const fewMs = (performance.now() - startedAt) / (count * parts);
    const manyStartedAt = performance.now();
    await runOne(many);
    const manyMs = (performance.now() - manyStartedAt) / many;
    return {
      settings: { instances: count, "in flight": width, parts, "activity slots": 1_000 },
      figures: [
        { what: "activities", value: 1_000 / fewMs, unit: "1/s", against: "bare writer" },
        { what: `activities of a fan-out of ${many}`, value: 1_000 / manyMs, unit: "1/s", against: "bare writer" },
        { what: `cost of an activity of ${many} against one of ${parts}`, value: manyMs / fewMs, unit: "x" },
      ],
    };
  },
};
