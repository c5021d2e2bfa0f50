import assert from "node:assert/strict";
import { activity, orchestration } from "../../src/definition/index.ts";
import { TimeoutError } from "../../src/errors/index.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { rawSql } from "../support/raw-store.ts";
import { inEveryMode, type World } from "../support/world.ts";

const clock = virtualClock({ startAt: new Date("2030-01-01") });
const timers = (world: World) => rawSql(world, "SELECT * FROM perdure_timers");
const timersAreSet = (world: World, count: number) =>
  world.until(`${count} timers are set`, () => timers(world).length === count);

const noop = activity("noop", () => null);
const child = orchestration("child", async (ctx) => ctx.receive<string>("go"));

inEveryMode("a timer that is given up leaves no row, in the same turn or in a later one", async (world) => {
  const fickle = orchestration("fickle", async (ctx) => {
    const atOnce = new AbortController();
    const never = ctx.sleep("1h", { signal: atOnce.signal }).catch((error: Error) => error.name);
    atOnce.abort();
    const later = new AbortController();
    const timer = ctx.sleep("1h", { signal: later.signal }).catch((error: Error) => error.name);
    await ctx.receive("abort");
    later.abort();
    const names = await Promise.all([never, timer]);
    await ctx.receive("end");
    return names;
  });
  await world.start({ orchestrations: [fickle] });
  const handle = await world.client.start(fickle);
  await timersAreSet(world, 1);
  await handle.send("abort");
  await timersAreSet(world, 0);
  assert.equal((await handle.status()).status, "running");
  await handle.send("end");
  assert.deepEqual(await handle.result({ timeout: "10s" }), ["AbortError", "AbortError"]);
});

inEveryMode("the time limit of an operation that completed leaves no row", async (world) => {
  const limited = orchestration("limited", async (ctx) => {
    const timeout = "1h";
    await Promise.all([
      ctx.activity(noop, undefined, { timeout }),
      ctx.waitForEvent("happened", { timeout }),
      ctx.receive("message", { timeout }),
      ctx.subOrchestration(child, undefined, { timeout, instanceId: `${ctx.instanceId}-child` }),
    ]);
    return ctx.receive("end");
  });
  await world.start({ orchestrations: [limited, child], activities: [noop] });
  const handle = await world.client.start(limited, undefined, { instanceId: "limited" });
  // The activity completes by itself.
  await timersAreSet(world, 3);
  await handle.raiseEvent("happened");
  await timersAreSet(world, 2);
  await handle.send("message");
  await timersAreSet(world, 1);
  await world.until("the child runs", async () => (await world.client.list({ name: "child" })).instances.length === 1);
  await world.client.send("limited-child", "go");
  await timersAreSet(world, 0);
  assert.equal((await handle.status()).status, "running");
  await handle.send("end", "done");
  assert.equal(await handle.result({ timeout: "10s" }), "done");
});

inEveryMode("a message that is there already needs no time limit, and so no row", async (world) => {
  const reader = orchestration("reader", async (ctx) => {
    const first = await ctx.receive("m", { timeout: "1h" });
    const second = ctx.receive("m", { timeout: "1h" });
    return [first, await second];
  });
  const handle = await world.client.start(reader, undefined, { instanceId: "r" });
  await handle.send("m", 1);
  await handle.send("m", 2);
  await world.start({ orchestrations: [reader] });
  assert.deepEqual(await handle.result({ timeout: "10s" }), [1, 2]);
  assert.deepEqual(timers(world), []);
});

inEveryMode("however an execution ends, its timers leave no row", async (world) => {
  const open = orchestration("open", async (ctx, end: "return" | "throw" | "continue" | "stay") => {
    void ctx.sleep("1h");
    void ctx.receive("nothing", { timeout: "2h" });
    await ctx.sleep(0);
    void ctx.sleep("3h");
    if (end === "throw") throw new Error("meant to");
    if (end === "continue") return ctx.continueAsNew("return");
    if (end === "stay") await ctx.waitForEvent("never", { timeout: "4h" });
    return "done";
  });
  await world.start({ orchestrations: [open] });
  await (await world.client.start(open, "return")).result({ timeout: "10s" });
  await assert.rejects((await world.client.start(open, "throw")).result({ timeout: "10s" }), /meant to/);
  await (await world.client.start(open, "continue")).result({ timeout: "10s" });
  assert.deepEqual(timers(world), []);
  for (const end of ["cancel", "terminate", "delete"] as const) {
    const handle = await world.client.start(open, "stay");
    await timersAreSet(world, 4);
    if (end === "delete") await world.client.delete(handle.instanceId, { force: true });
    else await handle[end]();
    await timersAreSet(world, 0);
  }
});

inEveryMode(
  "a time limit that runs out ends its operation, and its row is gone",
  async (world) => {
    const impatient = orchestration("impatient", async (ctx) => {
      const giveUp = async (wait: Promise<unknown>) =>
        wait.catch((error: unknown) => (error instanceof TimeoutError ? error.code : error));
      const ends = await Promise.all([
        giveUp(ctx.activity("nobody has it", undefined, { timeout: "1h", scheduleToStart: "365d" })),
        giveUp(ctx.waitForEvent("never", { timeout: "2h" })),
        giveUp(ctx.receive("never", { timeout: "3h" })),
        giveUp(ctx.subOrchestration(child, undefined, { timeout: "4h" })),
      ]);
      return ends;
    });
    await world.start({ orchestrations: [impatient, child], activities: [noop] });
    const handle = await world.client.start(impatient);
    for (const left of [4, 3, 2, 1]) {
      await timersAreSet(world, left);
      clock.advance("1h");
    }
    assert.deepEqual(await handle.result({ timeout: "10s" }), ["TIMEOUT", "TIMEOUT", "TIMEOUT", "TIMEOUT"]);
    assert.deepEqual(timers(world), []);
    assert.deepEqual(rawSql(world, "SELECT * FROM perdure_work"), [], "nor does what was given up");
  },
  { clock },
);
