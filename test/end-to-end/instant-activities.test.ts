import assert from "node:assert/strict";
import { activity, orchestration } from "../../src/definition/index.ts";
import { inEveryMode } from "../support/world.ts";

// A commit brings the next activity, and its answer ends the turn: which of the two is over first goes by microtasks.
inEveryMode(
  "an activity that ends within the microtasks of the commit that brought it is not forgotten",
  async (world) => {
    const hop = activity("hop", async (_ctx, { hops, fails }: { hops: number; fails: boolean }) => {
      for (let hop = 0; hop < hops; hop++) await Promise.resolve();
      if (fails) throw new Error("as asked");
      return "completed";
    });
    const sequence = orchestration("sequence", async (ctx) => {
      const ends: string[] = [];
      for (let hops = 0; hops < 25; hops++) {
        for (const fails of [false, true]) {
          ends.push(await ctx.activity(hop, { hops, fails }).catch(() => "failed"));
        }
      }
      return ends;
    });
    await world.start({ orchestrations: [sequence], activities: [hop] });
    const handle = await world.client.start(sequence);
    const ends = await handle.result({ timeout: "10s" });
    assert.deepEqual(ends, Array.from({ length: 25 }, () => ["completed", "failed"]).flat());
  },
);
