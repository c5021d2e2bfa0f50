import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Client } from "../../src/client/index.ts";
import { Runtime } from "../../src/runtime/index.ts";
import { startProgram } from "../../test/support/program.ts";
import { chain, step } from "../programs/chain.ts";
import type { Workload } from "../support/workload.ts";

const program = join(import.meta.dirname, "../programs/chain-node.ts");

export const recovery: Workload = {
  name: "recovery",
  what: "a node is killed in the middle of its work, and another one takes it over",
  // On PostgreSQL the time is that of the lease, which nobody can end before it is over.
  stores: ["sqlite"],
  run: async (bench) => {
    const [count, steps] = bench.isShort ? [10, 20] : [500, 40];
    await using store = await bench.open();
    const client = new Client(store.provider);
    await using victim = startProgram(program, store.location);
    await victim.printed("ready");
    const handles = await client.startMany(
      Array.from({ length: count }, () => ({ orchestration: chain, input: steps })),
    );
    while (((await client.getHistory((handles[0] as (typeof handles)[number]).instanceId)).length ?? 0) < steps / 2) {
      await delay(1);
    }
    victim.kill("SIGKILL");
    await victim.ended;
    const ended = await client.count({ status: "completed" });

    const startedAt = performance.now();
    const arrived = Promise.withResolvers<number>();
    await using _node = await Runtime.start({
      provider: store.provider,
      orchestrations: [chain],
      activities: [{ ...step, run: (ctx, input) => (arrived.resolve(performance.now()), step.run(ctx, input)) }],
    });
    const results = await Promise.all(handles.map((handle) => handle.result()));
    const allMs = performance.now() - startedAt;
    assert.deepEqual(new Set(results), new Set([steps]));
    const firstMs = ended === count ? Number.NaN : (await arrived.promise) - startedAt;
    return {
      settings: { instances: count, steps, "completed before the kill": ended },
      figures: [
        { what: "from the new node's start to its first activity", value: firstMs, unit: "ms" },
        { what: "from the new node's start to the last result", value: allMs, unit: "ms" },
      ],
    };
  },
};
