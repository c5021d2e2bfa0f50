import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { test } from "node:test";
import { promisify } from "node:util";
import { activity, orchestration } from "../../src/definition/index.ts";
import { World, inEveryMode } from "../support/world.ts";

const noop = activity("noop", (_ctx, value: unknown) => value);

inEveryMode("what goes on in ticks and in memory belongs to its turn, however messages are batched", async (world) => {
  const streaming = orchestration("streaming", async (ctx) => {
    const open = ctx.receive("never");
    void open.catch(() => undefined);
    const seen: unknown[] = [];
    for (let step = 0; step < 3; step += 1) {
      await new Promise<void>((resolve) => process.nextTick(() => process.nextTick(resolve)));
      seen.push(await ctx.activity(noop, step));
      const doubled = Readable.from([1, 2, 3]).map((n: number) => n * 2);
      seen.push(await doubled.toArray());
      const bytes = await promisify(randomBytes)(4);
      seen.push(await ctx.activity(noop, bytes.length));
    }
    return seen;
  });
  await world.start({ orchestrations: [streaming], activities: [noop] });
  const result = await (await world.client.start(streaming)).result({ timeout: "10s" });
  assert.deepEqual(
    result,
    [0, 1, 2].flatMap((step) => [step, [2, 4, 6], 4]),
  );
});

test("ticks outside of orchestrations keep their place before promises, and their arguments", async () => {
  const world = await World.open();
  try {
    await world.start();
    const order: unknown[] = [];
    await new Promise<void>((resolve) => {
      setImmediate(() => {
        void Promise.resolve().then(() => order.push("promise"));
        process.nextTick((...args: unknown[]) => order.push(...args), "tick", 7);
        setImmediate(resolve);
      });
    });
    assert.deepEqual(order, ["tick", 7, "promise"]);
    assert.throws(() => process.nextTick("no function" as unknown as () => void), { code: "ERR_INVALID_ARG_TYPE" });
  } finally {
    await world.close();
  }
});
