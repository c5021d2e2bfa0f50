import assert from "node:assert/strict";
import { Client } from "../../src/client/index.ts";
import { Runtime } from "../../src/runtime/index.ts";
import { chain, step } from "../programs/chain.ts";
import { inFlight } from "../support/lanes.ts";
import { percentile } from "../support/percentiles.ts";
import type { Bench, Measurement, Workload } from "../support/workload.ts";

/** Sequential steps, of many instances at once. */
function chainOf(name: string, settings: { readonly steps: number; readonly width: number; readonly count: number }) {
  const { steps, width } = settings;
  return {
    name,
    what: `${steps} sequential activities, ${width} instances in flight`,
    stores: ["sqlite", "postgres"],
    run: async (bench: Bench): Promise<Measurement> => {
      const count = bench.isShort ? 20 : settings.count;
      await using store = await bench.open();
      await using _node = await Runtime.start({
        provider: store.provider,
        orchestrations: [chain],
        activities: [step],
        concurrency: { activities: 200 },
      });
      const client = new Client(store.provider);
      const latencies: number[] = [];
      const runOne = async () => {
        const startedAt = performance.now();
        const handle = await client.start(chain, steps);
        assert.equal(await handle.result(), steps);
        latencies.push(performance.now() - startedAt);
      };
      // The compiler goes on making the code faster for the first 30,000 steps or so.
      const warmUp = bench.isShort ? 0 : count * 2;
      await inFlight({ count: warmUp, width }, runOne);
      latencies.length = 0;
      const cpuBefore = process.threadCpuUsage();
      const startedAt = performance.now();
      await inFlight({ count, width }, runOne);
      const seconds = (performance.now() - startedAt) / 1000;
      const cpu = process.threadCpuUsage(cpuBefore);
      return {
        settings: { "warm-up": warmUp, instances: count, "in flight": width, steps, "payload bytes": 100 },
        figures: [
          { what: "instances", value: count / seconds, unit: "1/s" },
          { what: "steps", value: (count * steps) / seconds, unit: "1/s", against: "bare writer" },
          { what: "main thread per step", value: (cpu.user + cpu.system) / 1000 / (count * steps), unit: "ms" },
          { what: "start to result p50", value: percentile(latencies, 0.5), unit: "ms" },
          { what: "start to result p99", value: percentile(latencies, 0.99), unit: "ms" },
        ],
      };
    },
  } satisfies Workload;
}

export const hello: Workload = chainOf("hello", { steps: 1, width: 200, count: 6_000 });
export const chainOf5: Workload = chainOf("chain-5", { steps: 5, width: 100, count: 3_000 });
export const chainOf10: Workload = chainOf("chain-10", { steps: 10, width: 200, count: 3_000 });
