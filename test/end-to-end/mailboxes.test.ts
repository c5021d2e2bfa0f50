import assert from "node:assert/strict";
import { mailbox, orchestration } from "../../src/definition/index.ts";
import { allTimerPartitions } from "../../src/runtime/timer-partition.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { errorOf, kindsOf, untilRecorded } from "../support/instances.ts";
import { rawSql } from "../support/raw-store.ts";
import { inEveryMode } from "../support/world.ts";

const numbers = mailbox<number>("numbers");
const upTo = (count: number, from = 0) => Array.from({ length: count }, (_, n) => from + n);

const collector = orchestration("collector", async (ctx, count: number) => {
  const all: number[] = [];
  while (all.length < count) all.push(await ctx.receive(numbers));
  return all;
});

inEveryMode("messages are received in order, whether they come before or after the receive", async (world) => {
  const handle = await world.client.start(collector, 40, { instanceId: "c" });
  for (const n of upTo(20)) await handle.send(numbers, n);
  await world.start({ orchestrations: [collector] });
  await untilRecorded(world, "c", "MessageArrived", 20);
  for (const n of upTo(20, 20)) await handle.send(numbers, n);
  assert.deepEqual(await handle.result({ timeout: "10s" }), upTo(40));
});

inEveryMode("messages sent all at once while the instance is being started are received in order", async (world) => {
  await world.start({ orchestrations: [collector] });
  const handle = await world.client.start(collector, 100);
  await Promise.all(upTo(100).map((n) => handle.send(numbers, n)));
  assert.deepEqual(await handle.result({ timeout: "10s" }), upTo(100));
});

inEveryMode("far more messages than a node takes at once are received in order, and none is lost", async (world) => {
  const handle = await world.client.start(collector, 2_500, { instanceId: "c" });
  await Promise.all(upTo(1_500).map((n) => handle.send(numbers, n)));
  await world.start({ orchestrations: [collector] });
  await untilRecorded(world, "c", "MessageArrived");
  await Promise.all(upTo(1_000, 1_500).map((n) => handle.send(numbers, n)));
  assert.deepEqual(await handle.result({ timeout: "30s" }), upTo(2_500));
});

inEveryMode("messages wait in the history, through restarts, until somebody receives them", async (world) => {
  const hoarder = orchestration("hoarder", async (ctx) => {
    await ctx.waitForEvent("look");
    const seen: unknown[] = [await ctx.receive("b"), await ctx.receive("a")];
    await ctx.waitForEvent("look again");
    seen.push(await ctx.receive("a"), await ctx.receive("b"));
    return seen;
  });
  let node = await world.start({ orchestrations: [hoarder] });
  const handle = await world.client.start(hoarder, undefined, { instanceId: "h" });
  await untilRecorded(world, "h", "EventWaitOpened");
  let arrived = 0;
  for (const [box, value] of [
    ["a", 1],
    ["a", 2],
    ["b", 3],
    ["b", 4],
  ] as const) {
    await handle.send(box, value);
    await untilRecorded(world, "h", "MessageArrived", (arrived += 1));
    await node.stop();
    node = await world.start({ orchestrations: [hoarder] });
  }
  await handle.raiseEvent("look");
  await untilRecorded(world, "h", "EventWaitOpened", 2);
  await node.stop();
  await world.start({ orchestrations: [hoarder] });
  await handle.raiseEvent("look again");
  assert.deepEqual(await handle.result({ timeout: "10s" }), [3, 1, 2, 4]);
  assert.equal((await kindsOf(world, "h")).filter((kind) => kind === "MessageArrived").length, 4);
});

inEveryMode("a message that nobody reads keeps no instance in memory, and none ready", async (world) => {
  const indifferent = orchestration("indifferent", (ctx) => ctx.waitForEvent("end"));
  const node = await world.start({ orchestrations: [indifferent], dehydrateAfter: 0 });
  const handle = await world.client.start(indifferent, undefined, { instanceId: "i" });
  for (const n of upTo(3)) await handle.send(numbers, n);
  await untilRecorded(world, "i", "MessageArrived", 3);
  await world.until("it is dehydrated", () => node.hydratedCount === 0);
  assert.deepEqual(rawSql(world, "SELECT * FROM perdure_messages"), []);
  const owned = "SELECT 1 FROM perdure_ownerships WHERE owner IS NOT NULL";
  assert.deepEqual(rawSql(world, owned), []);
  await handle.raiseEvent("end", "done");
  assert.equal(await handle.result({ timeout: "10s" }), "done");
});

inEveryMode("several receives of one mailbox are served in the order in which they were opened", async (world) => {
  const crowd = orchestration("crowd", (ctx) => Promise.all(upTo(5).map(() => ctx.receive(numbers))));
  await world.start({ orchestrations: [crowd] });
  const handle = await world.client.start(crowd, undefined, { instanceId: "c" });
  await untilRecorded(world, "c", "ReceiveOpened", 5);
  for (const n of upTo(5)) await handle.send(numbers, n);
  assert.deepEqual(await handle.result({ timeout: "10s" }), upTo(5));
});

const clock = virtualClock();

inEveryMode(
  "a receive whose time ran out swallows no later message",
  async (world) => {
    const impatient = orchestration("impatient", async (ctx) => {
      const codes: unknown[] = [];
      for (const _ of upTo(3)) {
        codes.push(await ctx.receive(numbers, { timeout: "1h" }).catch((error: { code: string }) => error.code));
      }
      await ctx.waitForEvent("look");
      return [...codes, await ctx.receive(numbers), await ctx.receive(numbers)];
    });
    await world.start({ orchestrations: [impatient] });
    const handle = await world.client.start(impatient, undefined, { instanceId: "i" });
    for (const n of upTo(3, 1)) {
      await untilRecorded(world, "i", "ReceiveOpened", n);
      clock.advance("1h");
    }
    await untilRecorded(world, "i", "EventWaitOpened");
    await handle.send(numbers, 1);
    await handle.send(numbers, 2);
    await handle.raiseEvent("look");
    assert.deepEqual(await handle.result({ timeout: "10s" }), ["TIMEOUT", "TIMEOUT", "TIMEOUT", 1, 2]);
  },
  { clock },
);

inEveryMode(
  "a receive that lost a race and was given up swallows no later message",
  async (world) => {
    const racer = orchestration("racer", async (ctx) => {
      const all: unknown[] = [];
      for (const _ of upTo(2)) {
        const lost = new AbortController();
        const race = [ctx.receive(numbers, { signal: lost.signal }), ctx.sleep("1h").then(() => "time")];
        all.push(await Promise.race(race));
        lost.abort();
      }
      return [...all, await ctx.receive(numbers)];
    });
    await world.start({ orchestrations: [racer] });
    const handle = await world.client.start(racer, undefined, { instanceId: "r" });
    await untilRecorded(world, "r", "TimerCreated");
    clock.advance("1h");
    await untilRecorded(world, "r", "TimerCreated", 2);
    await handle.send(numbers, 1);
    await handle.send(numbers, 2);
    assert.deepEqual(await handle.result({ timeout: "10s" }), ["time", 1, 2]);
  },
  { clock },
);

inEveryMode(
  "a message and the time limit of its receive in one batch: what was queued first wins, and nothing is lost",
  async (world) => {
    const close = orchestration("close", async (ctx) => [
      await ctx.receive(numbers, { timeout: "1h" }).catch((error: { code: string }) => error.code),
      await ctx.receive(numbers),
    ]);
    const node = await world.start({ orchestrations: [close] });
    const early = await world.client.start(close, undefined, { instanceId: "early" });
    const late = await world.client.start(close, undefined, { instanceId: "late" });
    await untilRecorded(world, "early", "ReceiveOpened");
    await untilRecorded(world, "late", "ReceiveOpened");
    await node.stop();
    clock.advance("2h");
    await early.send(numbers, 1);
    await world.provider.fireTimers({ partitions: allTimerPartitions, limit: 10 });
    await early.send(numbers, 2);
    await late.send(numbers, 1);
    await world.start({ orchestrations: [close] });
    assert.deepEqual(await early.result({ timeout: "10s" }), [1, 2]);
    assert.deepEqual(await late.result({ timeout: "10s" }), ["TIMEOUT", 1]);
  },
  { clock },
);

const approvals = mailbox<boolean>("approvals");
const checkout = orchestration("checkout", async (ctx, order: { total: number }) => {
  if (order.total > 1000 && !(await ctx.receive(approvals, { timeout: "24h" }))) throw new Error("rejected");
  return `paid ${order.total}`;
});

inEveryMode(
  "an order that needs approval is approved, rejected, or given up after a day",
  async (world) => {
    const { client } = world;
    await world.start({ orchestrations: [checkout] });
    const start = async (instanceId: string, total: number) => client.start(checkout, { total }, { instanceId });
    const handles = [await start("small", 10), await start("yes", 2_000), await start("no", 2_000)] as const;
    const forgotten = await start("forgotten", 2_000);
    await client.send("yes", approvals, true);
    await client.send("no", approvals, false);
    assert.equal(await handles[0].result({ timeout: "10s" }), "paid 10");
    assert.equal(await handles[1].result({ timeout: "10s" }), "paid 2000");
    assert.equal((await errorOf(handles[2].result({ timeout: "10s" }))).message, "rejected");
    await untilRecorded(world, "forgotten", "ReceiveOpened");
    clock.advance("24h");
    assert.equal((await errorOf(forgotten.result({ timeout: "10s" }))).code, "TIMEOUT");
  },
  { clock },
);
