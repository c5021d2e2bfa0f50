import assert from "node:assert/strict";
import { type Activity, activity, event, orchestration } from "../../src/definition/index.ts";
import { ActivityError, TimeoutError } from "../../src/errors/index.ts";
import { inEveryMode } from "../support/world.ts";

/** Waits for its signal, and tells the test that it has begun, and that it was aborted. */
function hangingActivity() {
  const started = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<unknown>();
  const hanging = activity("hanging", async ({ signal }) => {
    started.resolve();
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    aborted.resolve(signal.reason);
  });
  return { hanging, started: started.promise, aborted: aborted.promise };
}

const enough = event("enough");
const quick = activity("quick", () => "quick");

/** Gives up its activity when it is told so. */
function impatient(hanging: Activity<unknown, unknown>) {
  return orchestration("impatient", async (ctx) => {
    const controller = new AbortController();
    const lost = ctx.activity(hanging, undefined, { signal: controller.signal }).catch((error: Error) => error.name);
    await ctx.waitForEvent(enough);
    controller.abort();
    return [await lost, await ctx.activity(quick)];
  });
}

inEveryMode("an activity that was given up is told at once, and its slot is free for the next", async (world) => {
  const { hanging, started, aborted } = hangingActivity();
  const caller = impatient(hanging);
  const concurrency = { activities: 1 };
  await world.start({ orchestrations: [caller], activities: [hanging, quick], concurrency, leaseDuration: "1h" });
  const handle = await world.client.start(caller, undefined, { instanceId: "c" });
  await started;
  await world.client.raiseEvent("c", enough);
  assert.deepEqual(await handle.result({ timeout: "5s" }), ["AbortError", "quick"]);
  assert.equal(((await aborted) as Error).name, "AbortError");
});

inEveryMode("an activity of an orchestration that has ended is told at once", async (world) => {
  const { hanging, started, aborted } = hangingActivity();
  const caller = orchestration("caller", (ctx) => ctx.activity(hanging));
  await world.start({ orchestrations: [caller], activities: [hanging], leaseDuration: "1h" });
  await world.client.start(caller, undefined, { instanceId: "c" });
  await started;
  await world.client.terminate("c", "enough");
  await aborted;
});

inEveryMode("an activity that another node gave up is told within a third of the lease", async (world) => {
  const { hanging, started, aborted } = hangingActivity();
  const caller = impatient(hanging);
  const concurrency = { activities: 1 };
  await world.start({ activities: [hanging, quick], concurrency, leaseDuration: 1_000 });
  await world.start({ orchestrations: [caller], leaseDuration: 300 });
  const handle = await world.client.start(caller, undefined, { instanceId: "c" });
  await started;
  await world.client.raiseEvent("c", enough);
  assert.deepEqual(await handle.result({ timeout: "5s" }), ["AbortError", "quick"]);
  assert.equal(((await aborted) as Error).name, "AbortError");
});

inEveryMode("every queue of a node is served, however they share its slots", async (world) => {
  const inQueue = (queue: string) => activity(`of-${queue}`, { queue }, (_ctx, n: number) => `${queue} ${n}`);
  const activities = ["a", "b", "c"].map(inQueue);
  const caller = orchestration("caller", (ctx) =>
    Promise.all([1, 2, 3, 4].flatMap((n) => activities.map((one) => ctx.activity(one, n)))),
  );
  // Two nodes, so that the work has to be fetched: what a node schedules itself, it may take with the commit.
  await world.start({ orchestrations: [caller] });
  await world.start({ activities, queues: { a: {}, b: {}, c: {} }, concurrency: { activities: 2 } });
  const handle = await world.client.start(caller);
  const results = await handle.result({ timeout: "5s" });
  assert.deepEqual(
    results,
    [1, 2, 3, 4].flatMap((n) => ["a", "b", "c"].map((queue) => `${queue} ${n}`)),
  );
});

inEveryMode("no more activities run at once than there are slots, and every free slot is used", async (world) => {
  let running = 0;
  let most = 0;
  const busy = activity("busy", async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, 2));
    running -= 1;
  });
  const caller = orchestration("caller", (ctx) => Promise.all(Array.from({ length: 20 }, () => ctx.activity(busy))));
  await world.start({ orchestrations: [caller], activities: [busy], concurrency: { activities: 3 } });
  await (await world.client.start(caller)).result({ timeout: "5s" });
  assert.equal(most, 3);
});

inEveryMode("a silent activity is given up after its heartbeat timeout, one that beats is not", async (world) => {
  const options = { heartbeatTimeout: 60, retry: { maxAttempts: 1 } };
  const beating = activity("beating", options, async (ctx) => {
    for (let beat = 0; beat < 12; beat += 1) {
      ctx.heartbeat(beat);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return ctx.signal.aborted;
  });
  const silent = activity("silent", options, async (ctx) => {
    ctx.heartbeat();
    await new Promise((resolve) => ctx.signal.addEventListener("abort", resolve));
  });
  const caller = orchestration("caller", (ctx) =>
    Promise.all([ctx.activity(beating), ctx.activity(silent).catch((error: unknown) => error)]),
  );
  await world.start({ orchestrations: [caller], activities: [beating, silent] });
  const [aborted, error] = await (await world.client.start(caller)).result({ timeout: "5s" });
  assert.equal(aborted, false);
  assert.ok(error instanceof ActivityError && error.cause instanceof TimeoutError, String(error));
  assert.match(error.message, /"silent" had no heartbeat for 60 ms/);
});

inEveryMode("the next attempt knows how far the last one came, up to its very last heartbeat", async (world) => {
  const seen: unknown[] = [];
  const copying = activity("copying", { retry: { maxAttempts: 3, initialInterval: 1 } }, (ctx) => {
    seen.push(ctx.lastHeartbeat);
    for (let row = 0; row < 100; row += 1) ctx.heartbeat({ attempt: ctx.attempt, row });
    if (ctx.attempt < 3) throw new Error("interrupted");
  });
  const caller = orchestration("caller", (ctx) => ctx.activity(copying));
  await world.start({ orchestrations: [caller], activities: [copying] });
  await (await world.client.start(caller)).result({ timeout: "5s" });
  assert.deepEqual(seen, [undefined, { attempt: 1, row: 99 }, { attempt: 2, row: 99 }]);
});
