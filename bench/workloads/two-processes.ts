import assert from "node:assert/strict";
import { join } from "node:path";
import { Client } from "../../src/client/index.ts";
import { startProgram } from "../../test/support/program.ts";
import { chain } from "../programs/chain.ts";
import { inFlight } from "../support/lanes.ts";
import type { Workload } from "../support/workload.ts";

const program = join(import.meta.dirname, "../programs/chain-node.ts");
const [steps, width] = [10, 200];

export const twoProcesses: Workload = {
  name: "two-processes",
  what: "chains of 10 on one node in a process of its own, and on two of them",
  stores: ["sqlite", "postgres"],
  run: async (bench) => {
    const count = bench.isShort ? 20 : 3_000;
    await using store = await bench.open();
    const client = new Client(store.provider);
    // As on the one node that runs the chains elsewhere: work that finds no slot at once goes through the queue.
    const argument = { ...store.location, concurrency: { activities: width } };
    const stepsPerSecond = async () => {
      const startedAt = performance.now();
      await inFlight({ count, width }, async () => {
        assert.equal(await (await client.start(chain, steps)).result(), steps);
      });
      return (count * steps) / ((performance.now() - startedAt) / 1_000);
    };
    await using first = startProgram(program, argument);
    await first.printed("ready");
    // As for the chains: until the compiler has done with each.
    const warmUp = async (rounds: number) => {
      for (let round = 0; round < rounds && !bench.isShort; round += 1) await stepsPerSecond();
    };
    await warmUp(1);
    const alone = await stepsPerSecond();
    await using second = startProgram(program, argument);
    await second.printed("ready");
    await warmUp(2);
    const together = await stepsPerSecond();
    return {
      settings: { instances: count, "in flight": width, "activity slots": width, steps },
      figures: [
        { what: "steps of one node", value: alone, unit: "1/s", against: "bare writer" },
        { what: "steps of two nodes", value: together, unit: "1/s", against: "bare writer" },
        { what: "two against one", value: together / alone, unit: "x" },
      ],
    };
  },
};
