import assert from "node:assert/strict";
import { activity, event, mailbox, orchestration } from "../../src/definition/index.ts";
import { encodeMessage } from "../../src/history/index.ts";
import { untilRecorded, untilStatus } from "../support/instances.ts";
import { inEveryMode } from "../support/world.ts";

const numbers = mailbox<number>("numbers");
const cut = event<null>("cut");

/** Receives all numbers up to a zero, and continues as new after every so many. */
const collector = (perExecution: number) =>
  orchestration("collector", async (ctx, all: number[]): Promise<number[]> => {
    for (let n = 0; n < perExecution; n += 1) {
      const value = await ctx.receive(numbers);
      if (value === 0) return all;
      all.push(value);
    }
    return ctx.continueAsNew(all);
  });

inEveryMode("mailbox messages in one batch with the cut are all received, in order", async (world) => {
  const { client } = world;
  const handle = await client.start(collector(3), [], { instanceId: "c" });
  for (let n = 1; n <= 20; n += 1) await client.send("c", numbers, n);
  await client.send("c", numbers, 0);
  await world.start({ orchestrations: [collector(3)] });
  assert.deepEqual(
    await handle.result({ timeout: "10s" }),
    Array.from({ length: 20 }, (_, n) => n + 1),
  );
  assert.equal((await client.listExecutions("c")).length, 7);
});

inEveryMode("mailbox messages that come while executions change are all received, in order", async (world) => {
  const { client } = world;
  await world.start({ orchestrations: [collector(2)] });
  const handle = await client.start(collector(2), [], { instanceId: "c" });
  for (let n = 1; n <= 100; n += 1) await client.send("c", numbers, n);
  await client.send("c", numbers, 0);
  assert.deepEqual(
    await handle.result({ timeout: "20s" }),
    Array.from({ length: 100 }, (_, n) => n + 1),
  );
});

inEveryMode("more messages than fit into one batch survive the cut, in order", async (world) => {
  const { client, provider } = world;
  const handle = await client.start(collector(400), [], { instanceId: "c" });
  const messages = Array.from({ length: 1_300 }, (_, n) =>
    encodeMessage({ kind: "MessageArrived", mailbox: "numbers", payload: `${n === 1_299 ? 0 : n + 1}` }),
  );
  await provider.enqueue(messages.map((message) => ({ instanceId: "c", lane: "normal", ...message })));
  await world.start({ orchestrations: [collector(400)] });
  assert.deepEqual(
    await handle.result({ timeout: "20s" }),
    Array.from({ length: 1_299 }, (_, n) => n + 1),
  );
});

/** Is cut by an event, as often as asked; then gives what is in its mailboxes. */
const cutting = orchestration("cutting", async (ctx, cuts: number): Promise<unknown[]> => {
  if (cuts > 0) {
    await ctx.waitForEvent(cut);
    return ctx.continueAsNew(cuts - 1);
  }
  const all: unknown[] = [];
  for (let n = 0; n < 3; n += 1) all.push(await ctx.receive("a"), await ctx.receive("b"));
  return all;
});

inEveryMode("what was recorded but not received before the cut comes before what stood behind it", async (world) => {
  const { client } = world;
  const handle = await client.start(cutting, 2, { instanceId: "c" });
  for (let n = 1; n <= 3; n += 1) {
    await handle.send("a", `a${n}`);
    await handle.raiseEvent(cut, null);
    await handle.send("b", `b${n}`);
  }
  await world.start({ orchestrations: [cutting] });
  assert.deepEqual(await handle.result({ timeout: "10s" }), ["a1", "b1", "a2", "b2", "a3", "b3"]);
});

inEveryMode("messages are carried through executions that do not even look at them", async (world) => {
  const { client } = world;
  const passing = orchestration("passing", async (ctx, left: number): Promise<unknown> => {
    if (left > 0) return ctx.continueAsNew(left - 1);
    return [await ctx.receive("m"), await ctx.receive("m"), await ctx.receive("m")];
  });
  const later = orchestration("later", async (ctx, left: number): Promise<unknown> => {
    if (left === 5) await ctx.waitForEvent(cut);
    if (left > 0) return ctx.continueAsNew(left - 1);
    return [await ctx.receive("m"), await ctx.receive("m"), await ctx.receive("m")];
  });
  const first = await client.start(passing, 5);
  const second = await client.start(later, 5);
  for (const handle of [first, second]) {
    for (let n = 1; n <= 2; n += 1) await handle.send("m", n);
    await handle.raiseEvent(cut, null);
    await handle.send("m", 3);
  }
  await world.start({ orchestrations: [passing, later] });
  assert.deepEqual(await first.result({ timeout: "10s" }), [1, 2, 3]);
  assert.deepEqual(await second.result({ timeout: "10s" }), [1, 2, 3]);
});

inEveryMode("carried messages survive a restart before the next execution's first turn", async (world) => {
  const { client } = world;
  const v1 = orchestration("moving", { version: "1.0.0" }, async (ctx): Promise<unknown> => {
    await ctx.waitForEvent(cut);
    return ctx.continueAsNew(null, { version: "2.0.0" });
  });
  const v2 = orchestration("moving", { version: "2.0.0" }, async (ctx) => [
    await ctx.receive("m"),
    await ctx.receive("m"),
    await ctx.receive("m"),
  ]);
  const first = await world.start({ orchestrations: [v1] });
  const handle = await client.start("moving", null, { instanceId: "m" });
  await untilStatus(world, "m", "running");
  await handle.send("m", 1);
  await handle.send("m", 2);
  await handle.raiseEvent(cut, null);
  await world.until("the second execution waits", async () => (await client.getStatus("m")).executionId === 2);
  await first.stop();
  await handle.send("m", 3);
  await world.start({ orchestrations: [v2] });
  assert.deepEqual(await handle.result({ timeout: "10s" }), [1, 2, 3]);
});

inEveryMode("an event behind the cut finds the wait that the next execution opens", async (world) => {
  const waiting = orchestration("waiting", async (ctx, seen: unknown[]): Promise<unknown> => {
    const value = await ctx.waitForEvent("e");
    return seen.length === 2 ? [...seen, value] : ctx.continueAsNew([...seen, value]);
  });
  const handle = await world.client.start(waiting, []);
  for (let n = 1; n <= 3; n += 1) await handle.raiseEvent("e", n);
  await world.start({ orchestrations: [waiting] });
  assert.deepEqual(await handle.result({ timeout: "10s" }), [1, 2, 3]);
});

inEveryMode("a cancellation behind the cut cancels the next execution", async (world) => {
  const stubborn = orchestration("stubborn", async (ctx): Promise<string> => {
    await ctx.receive("m");
    return ctx.continueAsNew();
  });
  const handle = await world.client.start(stubborn, undefined, { instanceId: "s" });
  await handle.send("m", 1);
  await handle.cancel("behind the cut");
  await world.start({ orchestrations: [stubborn] });
  await assert.rejects(handle.result({ timeout: "10s" }), { code: "CANCELLED", message: "Cancelled: behind the cut" });
  const executions = await world.client.listExecutions("s");
  assert.deepEqual(
    executions.map(({ status }) => status),
    ["continuedAsNew", "cancelled"],
  );
});

inEveryMode("a termination goes before everything, and before the cut", async (world) => {
  const endless = orchestration("endless", async (ctx): Promise<string> => {
    await ctx.receive("m");
    return ctx.continueAsNew();
  });
  const handle = await world.client.start(endless, undefined, { instanceId: "e" });
  for (let n = 0; n < 5; n += 1) await handle.send("m", n);
  await handle.terminate("enough");
  await world.start({ orchestrations: [endless] });
  await assert.rejects(handle.result({ timeout: "10s" }), { code: "TERMINATED" });
  assert.equal((await world.client.listExecutions("e")).length, 1);
});

inEveryMode("a completion that stands behind the cut is dropped with a warning", async (world) => {
  const { client, log } = world;
  const quick = activity("quick", () => "done");
  const racing = orchestration("racing", async (ctx): Promise<unknown> => {
    if (ctx.executionId === 2) return ctx.receive("end");
    void ctx.activity(quick);
    await ctx.waitForEvent(cut);
    return ctx.continueAsNew();
  });
  const first = await world.start({ orchestrations: [racing] });
  const handle = await client.start(racing, undefined, { instanceId: "r" });
  await untilRecorded(world, "r", "ActivityScheduled");
  await first.stop();
  await handle.raiseEvent(cut, null);
  // A node that has only the activity brings the completion into the queue, behind the event.
  const worker = await world.start({ activities: [quick] });
  await world.until("the activity is completed", () => log.find("activity completed").length === 1);
  await worker.stop();
  await world.start({ orchestrations: [racing] });
  await world.until("it is dropped", () =>
    log.find("message dropped").some(({ fields }) => fields["what"] === "ActivityCompleted for event 2"),
  );
  await handle.send("end", "unharmed");
  assert.equal(await handle.result({ timeout: "10s" }), "unharmed");
});
