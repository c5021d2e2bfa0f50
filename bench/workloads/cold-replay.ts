import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { setImmediate as nextPass, setTimeout as delay } from "node:timers/promises";
import { Client } from "../../src/client/index.ts";
import { activity, event, orchestration } from "../../src/definition/index.ts";
import { Runtime } from "../../src/runtime/index.ts";
import { median } from "../support/percentiles.ts";
import type { Workload } from "../support/workload.ts";

const note = activity("note", (_ctx, input: { readonly number: number; readonly text: string }) => input);
const tick = event<number>("tick");

/** Does its work, and then adds up what it is sent: each tick wakes it with all of its history behind it. */
const long = orchestration("long", async (ctx, steps: number) => {
  for (let number = 0; number < steps; number += 1) await ctx.activity(note, { number, text: "x".repeat(100) });
  let sum = 0;
  for (;;) {
    ctx.setCustomStatus(sum);
    const value = await ctx.waitForEvent(tick);
    sum += value;
    if (value === 0) return sum;
  }
});

export const coldReplay: Workload = {
  name: "cold-replay",
  what: "waking an instance of 10,000 events, against a plain loop that loads and parses its rows",
  stores: ["sqlite"],
  run: async (bench) => {
    const [steps, rounds] = bench.isShort ? [20, 3] : [4_998, 25];
    await using store = await bench.open();
    const client = new Client(store.provider);
    const handle = await client.start(long, steps, { instanceId: "long" });
    {
      await using _node = await Runtime.start({ provider: store.provider, orchestrations: [long], activities: [note] });
      while ((await handle.status()).customStatus !== 0) await delay(5);
    }
    // Every turn begins with a claim, a load and a replay from zero.
    await using _cold = await Runtime.start({ provider: store.provider, orchestrations: [long], dehydrateAfter: 0 });
    const wakeMs: number[] = [];
    const plainMs: number[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const startedAt = performance.now();
      await handle.raiseEvent(tick, 1);
      while ((await handle.status()).customStatus !== round) await nextPass();
      wakeMs.push(performance.now() - startedAt);
      plainMs.push(plainLoopMs(store.file as string, steps * 2 + round * 3));
    }
    await handle.raiseEvent(tick, 0);
    assert.equal(await handle.result(), rounds);
    return {
      settings: { events: steps * 2 + 3, rounds, "payload bytes": 100 },
      figures: [
        { what: "message to answer, median", value: median(wakeMs), unit: "ms" },
        { what: "load and parse, median", value: median(plainMs), unit: "ms" },
        { what: "the one against the other", value: median(wakeMs) / median(plainMs), unit: "x" },
      ],
    };
  },
};

function plainLoopMs(file: string, atLeast: number): number {
  const db = new DatabaseSync(file, { readOnly: true });
  const rows = db.prepare("SELECT event_id, at, body, payload FROM perdure_history ORDER BY event_id");
  rows.setReturnArrays(true);
  const startedAt = performance.now();
  const events = (rows.all() as unknown as [number, number, string, string | null][]).map(
    ([eventId, at, body, payload]) => ({
      eventId,
      at,
      ...(JSON.parse(body) as object),
      value: payload === null ? null : (JSON.parse(payload) as unknown),
    }),
  );
  const ms = performance.now() - startedAt;
  db.close();
  assert.ok(events.length >= atLeast, `${events.length} events`);
  return ms;
}
