import assert from "node:assert/strict";
import { Client } from "../../src/client/index.ts";
import { orchestration } from "../../src/definition/index.ts";
import { Runtime } from "../../src/runtime/index.ts";
import { percentile } from "../support/percentiles.ts";
import type { Workload } from "../support/workload.ts";

/** Gives how late the function went on, by the store's clock. */
const sleeper = orchestration("sleeper", async (ctx, until: number) => {
  await ctx.sleepUntil(new Date(until));
  return ctx.now() - until;
});

export const timers: Workload = {
  name: "timers",
  what: "timers that are all due at the same moment",
  stores: ["sqlite", "postgres"],
  run: async (bench) => {
    const count = bench.isShort ? 50 : 2_000;
    await using store = await bench.open();
    await using _node = await Runtime.start({ provider: store.provider, orchestrations: [sleeper] });
    const client = new Client(store.provider);
    const dueAt = Math.ceil(store.provider.now()) + (bench.isShort ? 300 : 5_000);
    const starts = Array.from({ length: count }, () => ({ orchestration: sleeper, input: dueAt }));
    const handles = await client.startMany(starts);
    const lateness = await Promise.all(handles.map((handle) => handle.result()));
    const lastAt = store.provider.now();
    assert.ok(Math.min(...lateness) >= 0, "a timer was early");
    return {
      settings: { timers: count },
      figures: [
        { what: "lateness p50", value: percentile(lateness, 0.5), unit: "ms" },
        { what: "lateness p99", value: percentile(lateness, 0.99), unit: "ms" },
        { what: "last result after the due time", value: lastAt - dueAt, unit: "ms" },
      ],
    };
  },
};
