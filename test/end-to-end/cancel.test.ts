import assert from "node:assert/strict";
import { activity, orchestration } from "../../src/definition/index.ts";
import { CancelledError } from "../../src/errors/index.ts";
import { errorOf, kindsOf, untilRecorded, untilStatus } from "../support/instances.ts";
import { rawSql } from "../support/raw-store.ts";
import { inEveryMode } from "../support/world.ts";

const note = activity("note", (_ctx, text: string) => text);
const waiting = orchestration("waiting", (ctx) => ctx.receive<string>("go"));

inEveryMode("cancelling rejects what the instance waits for, and its result, with CancelledError", async (world) => {
  const { client } = world;
  await world.start({ orchestrations: [waiting] });
  const handle = await client.start(waiting, undefined, { instanceId: "w" });
  await untilStatus(world, "w", "running");
  await handle.cancel("no longer needed");
  const error = await errorOf(handle.result({ timeout: "10s" }));
  assert.ok(error instanceof CancelledError);
  assert.equal(error.reason, "no longer needed");
  assert.equal((await client.getStatus("w")).status, "cancelled");
  assert.deepEqual(await kindsOf(world, "w"), [
    "OrchestrationStarted",
    "ReceiveOpened",
    "CancelRequested",
    "OperationCancelled",
    "OrchestrationCancelled",
  ]);
});

inEveryMode("an instance that is cancelled before its first turn runs up to its first wait", async (world) => {
  const { client } = world;
  const careful = orchestration("careful", async (ctx) => {
    try {
      await ctx.receive("never");
    } finally {
      ctx.setCustomStatus("cleaned up");
    }
  });
  const handle = await client.start(careful, undefined, { instanceId: "c" });
  await handle.cancel();
  assert.equal((await client.getStatus("c")).status, "pending");
  await world.start({ orchestrations: [careful] });
  await assert.rejects(handle.result({ timeout: "10s" }), { code: "CANCELLED", message: "Cancelled." });
  assert.equal((await client.getStatus("c")).customStatus, "cleaned up");
});

inEveryMode("everything that is open is cancelled, and its rows are gone", async (world) => {
  const { client } = world;
  const many = orchestration("many", async (ctx) => {
    const outcomes = await Promise.allSettled([
      ctx.sleep("1h"),
      ctx.activity("nowhere"),
      ctx.receive("m", { timeout: "1h" }),
      ctx.waitForEvent("e"),
    ]);
    const names = outcomes.map((outcome) => outcome.status === "rejected" && (outcome.reason as Error).name);
    await ctx.receive("end");
    return names;
  });
  await world.start({ orchestrations: [many] });
  const handle = await client.start(many, undefined, { instanceId: "m" });
  await untilRecorded(world, "m", "EventWaitOpened");
  await handle.cancel();
  await untilRecorded(world, "m", "OperationCancelled", 4);
  assert.deepEqual(rawSql(world, "SELECT event_id FROM perdure_timers"), []);
  assert.deepEqual(rawSql(world, "SELECT id FROM perdure_work"), []);
  await handle.send("end", null);
  assert.deepEqual(
    await handle.result({ timeout: "10s" }),
    Array.from({ length: 4 }, () => "CancelledError"),
  );
});

inEveryMode("cleanup may wait for new work, and ends cancelled when it lets the error out", async (world) => {
  const { client } = world;
  const child = orchestration("child", (ctx) => ctx.activity(note, "by the child"));
  const tidy = orchestration("tidy", async (ctx) => {
    try {
      return await ctx.receive("go");
    } catch (error) {
      const notes = [await ctx.activity(note, "cleaning"), await ctx.subOrchestration(child)];
      await ctx.sleep(1);
      ctx.setCustomStatus(notes);
      throw error;
    }
  });
  await world.start({ orchestrations: [tidy, child], activities: [note] });
  const handle = await client.start(tidy, undefined, { instanceId: "t" });
  await untilStatus(world, "t", "running");
  await handle.cancel("why not");
  await assert.rejects(handle.result({ timeout: "10s" }), { code: "CANCELLED", reason: "why not" });
  const { status, customStatus } = await client.getStatus("t");
  assert.deepEqual([status, customStatus], ["cancelled", ["cleaning", "by the child"]]);
});

inEveryMode(
  "code that catches the cancellation and returns has completed, and that throws otherwise has failed",
  async (world) => {
    const ending = orchestration("ending", async (ctx, how: string) => {
      try {
        return await ctx.receive("go");
      } catch {
        if (how === "fail") throw new Error("cleanup failed");
        return "saved";
      }
    });
    await world.start({ orchestrations: [ending] });
    const [saved, failed] = await world.client.startMany([
      { orchestration: ending, input: "return", instanceId: "saved" },
      { orchestration: ending, input: "fail", instanceId: "failed" },
    ]);
    for (const handle of [saved, failed]) {
      await untilStatus(world, handle.instanceId, "running");
      await handle.cancel();
    }
    assert.equal(await saved.result({ timeout: "10s" }), "saved");
    await assert.rejects(failed.result({ timeout: "10s" }), { message: "cleanup failed" });
    assert.equal((await saved.status()).status, "completed");
    assert.equal((await failed.status()).status, "failed");
  },
);

inEveryMode("cancelling a parent cancels its children, and theirs", async (world) => {
  const { client } = world;
  const middle = orchestration("middle", (ctx) => ctx.subOrchestration(waiting, undefined, { instanceId: "leaf" }));
  const top = orchestration("top", (ctx) => ctx.subOrchestration(middle, undefined, { instanceId: "middle" }));
  await world.start({ orchestrations: [top, middle, waiting] });
  const handle = await client.start(top, undefined, { instanceId: "top" });
  await untilStatus(world, "leaf", "running");
  await handle.cancel("all of you");
  await assert.rejects(handle.result({ timeout: "10s" }), { code: "CANCELLED", reason: "all of you" });
  for (const id of ["middle", "leaf"]) await untilStatus(world, id, "cancelled");
  await assert.rejects(client.getHandle("leaf").result(), { reason: "the parent was cancelled" });
});

inEveryMode("a running activity is told that it is cancelled", async (world) => {
  const { promise: told, resolve } = Promise.withResolvers<unknown>();
  const long = activity("long", (ctx) => {
    return new Promise((done) => {
      ctx.signal.addEventListener("abort", () => {
        resolve(ctx.signal.reason);
        done(null);
      });
    });
  });
  const caller = orchestration("caller", (ctx) => ctx.activity(long));
  await world.start({ orchestrations: [caller], activities: [long], leaseDuration: "600ms" });
  const handle = await world.client.start(caller, undefined, { instanceId: "c" });
  await world.until("the activity runs", () => world.log.find("activity started").length === 1);
  await handle.cancel();
  await assert.rejects(handle.result({ timeout: "10s" }), { code: "CANCELLED" });
  assert.equal(((await told) as Error).name, "AbortError");
});

inEveryMode("what an instance waits for after it was cancelled is not cancelled", async (world) => {
  const { client } = world;
  const stubborn = orchestration("stubborn", async (ctx) => {
    const caught: string[] = [];
    for (let n = 0; n < 3; n += 1) await ctx.receive<string>("go").catch((error: Error) => caught.push(error.name));
    return caught;
  });
  await world.start({ orchestrations: [stubborn] });
  const handle = await client.start(stubborn, undefined, { instanceId: "s" });
  await untilStatus(world, "s", "running");
  await handle.cancel();
  await handle.send("go", 1);
  await handle.send("go", 2);
  assert.deepEqual(await handle.result({ timeout: "10s" }), ["CancelledError"]);
});
