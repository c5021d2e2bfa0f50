import assert from "node:assert/strict";
import { activity, orchestration } from "../../src/definition/index.ts";
import { ActivityError } from "../../src/errors/index.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { errorOf } from "../support/instances.ts";
import { rawSql } from "../support/raw-store.ts";
import { inEveryMode, type World } from "../support/world.ts";

const clock = virtualClock();

// When it has ended, whoever had something to look for in the store has looked.
const barrier = orchestration("barrier", (ctx) => ctx.sleep(0));
const settle = async (world: World) => (await world.client.start(barrier)).result({ timeout: "10s" });

inEveryMode(
  "an activity that waits a week for its retry is tried again when the clock is moved by a week",
  async (world) => {
    const shaky = activity(
      "shaky",
      { retry: { maxAttempts: 3, initialInterval: "7d", maxInterval: "365d", jitter: 0 } },
      (ctx) => {
        if (ctx.attempt < 3) throw new Error(`attempt ${ctx.attempt}`);
        return ctx.attempt;
      },
    );
    const trying = orchestration("trying", (ctx) => ctx.activity(shaky));
    await world.start({ orchestrations: [trying, barrier], activities: [shaky] });
    const handle = await world.client.start(trying);
    for (const [failures, interval] of [
      [1, "7d"],
      [2, "14d"],
    ] as const) {
      const waiting = "SELECT visible_at FROM perdure_work WHERE owner IS NULL AND failures = ?";
      const [row] = await world.until(`it has failed ${failures} times`, () => {
        const rows = rawSql(world, waiting, failures);
        return rows.length > 0 ? rows : null;
      });
      await settle(world);
      clock.advance(interval);
      assert.equal(row?.["visible_at"], clock.now());
    }
    assert.equal(await handle.result({ timeout: "10s" }), 3);
  },
  { clock },
);

inEveryMode(
  "an activity whose time for all attempts is over is ended when the clock is moved, and told so",
  async (world) => {
    let reason: unknown;
    const endless = activity("endless", { scheduleToClose: "60d" }, async ({ signal }) => {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      reason = signal.reason;
    });
    const waiting = orchestration("waiting", (ctx) => ctx.activity(endless));
    await world.start({ orchestrations: [waiting], activities: [endless] });
    const handle = await world.client.start(waiting);
    await world.until("it runs", () => world.log.find("activity started").length > 0);
    clock.advance("59d");
    await world.client.start(waiting, undefined, { instanceId: "another" });
    await world.until("another runs", () => world.log.find("activity started").length > 1);
    assert.equal(reason, undefined);
    clock.advance("1d");
    const error = await errorOf(handle.result({ timeout: "10s" }));
    assert.ok(error instanceof ActivityError);
    assert.equal(error.code, "TIMEOUT");
    await world.until("it was told", () => reason !== undefined);
    await world.client.terminate("another");
  },
  { clock },
);

inEveryMode(
  "an activity that no node starts in time fails when the clock is moved past that time",
  async (world) => {
    const waiting = orchestration("waiting", (ctx) =>
      ctx.activity("of others", undefined, { queue: "elsewhere", scheduleToStart: "30d" }),
    );
    const local = activity("local", () => null);
    await world.start({ orchestrations: [waiting, barrier], activities: [local] });
    const handle = await world.client.start(waiting);
    await world.until("it is queued", () => rawSql(world, "SELECT 1 FROM perdure_work").length > 0);
    await settle(world);
    clock.advance("30d");
    const error = await errorOf(handle.result({ timeout: "5s" }));
    assert.equal(error.code, "TIMEOUT");
    assert.match(error.message, /No node started activity "of others" of queue "elsewhere"/);
  },
  { clock },
);
