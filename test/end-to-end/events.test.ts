import assert from "node:assert/strict";
import { activity, event, orchestration } from "../../src/definition/index.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { historyOf, kindsOf, untilRecorded } from "../support/instances.ts";
import { inEveryMode, type World } from "../support/world.ts";

const noop = activity("noop", () => null);

const droppedLines = (world: World, instanceId: string) =>
  world.log.find("message dropped").filter(({ fields }) => fields["instanceId"] === instanceId);

inEveryMode("an event that nobody waits for is dropped with a warning, and not recorded", async (world) => {
  const deaf = orchestration("deaf", (ctx) => ctx.receive("end"));
  await world.start({ orchestrations: [deaf] });
  const handle = await world.client.start(deaf, undefined, { instanceId: "d" });
  await untilRecorded(world, "d", "ReceiveOpened");
  await handle.raiseEvent("ping", "unheard");
  const [line] = await world.until("it is dropped", () => {
    const lines = droppedLines(world, "d");
    return lines.length > 0 ? lines : null;
  });
  await handle.send("end", "done");
  assert.equal(await handle.result({ timeout: "10s" }), "done");
  assert.ok(!(await kindsOf(world, "d")).includes("EventRaised"));
  assert.equal(line?.level, "warn");
  const { instanceId, executionId, what } = line.fields;
  assert.deepEqual({ instanceId, executionId, what }, { instanceId: "d", executionId: 1, what: 'EventRaised "ping"' });
});

inEveryMode("an event reaches every wait that is open for it, each with a value of its own", async (world) => {
  const go = event<{ list: number[] }>("go");
  const group = orchestration("group", async (ctx) => {
    const other = ctx.waitForEvent<string>("other");
    const values = await Promise.all([ctx.waitForEvent(go), ctx.waitForEvent(go), ctx.waitForEvent("go")]);
    values[0].list.push(9);
    return { values, other: await other };
  });
  await world.start({ orchestrations: [group] });
  const handle = await world.client.start(group, undefined, { instanceId: "g" });
  await untilRecorded(world, "g", "EventWaitOpened", 4);
  await handle.raiseEvent(go, { list: [1] });
  await handle.raiseEvent("other", "too");
  const { values, other } = await handle.result({ timeout: "10s" });
  assert.deepEqual(values, [{ list: [1, 9] }, { list: [1] }, { list: [1] }]);
  assert.equal(other, "too");
  assert.equal((await kindsOf(world, "g")).filter((kind) => kind === "EventRaised").length, 2, "recorded once each");
});

inEveryMode("an event raised before the first turn finds the wait that this turn opens", async (world) => {
  const waiting = orchestration("waiting", (ctx) => ctx.waitForEvent("go"));
  const handle = await world.client.start(waiting);
  await handle.raiseEvent("go", "early");
  await world.start({ orchestrations: [waiting] });
  assert.equal(await handle.result({ timeout: "10s" }), "early");
});

inEveryMode("an event raised before the first turn is dropped if that turn opens no wait for it", async (world) => {
  const late = orchestration("late", async (ctx) => {
    await ctx.activity(noop);
    return ctx.waitForEvent("go");
  });
  const handle = await world.client.start(late, undefined, { instanceId: "l" });
  await handle.raiseEvent("go", "too early");
  await world.start({ orchestrations: [late], activities: [noop] });
  await untilRecorded(world, "l", "EventWaitOpened");
  assert.equal(droppedLines(world, "l").length, 1);
  await handle.raiseEvent("go", "in time");
  assert.equal(await handle.result({ timeout: "10s" }), "in time");
});

inEveryMode("events in one batch are heard one after the other by a loop that waits for each", async (world) => {
  const loop = orchestration("loop", async (ctx) => {
    const heard: number[] = [];
    while (heard.length < 50) heard.push(await ctx.waitForEvent<number>("n"));
    return heard;
  });
  const handle = await world.client.start(loop);
  const numbers = Array.from({ length: 50 }, (_, n) => n);
  for (const n of numbers) await handle.raiseEvent("n", n);
  await world.start({ orchestrations: [loop] });
  assert.deepEqual(await handle.result({ timeout: "10s" }), numbers);
});

inEveryMode("a wait outlives the node on which it was opened", async (world) => {
  const waiting = orchestration("waiting", (ctx) => ctx.waitForEvent("go"));
  const first = await world.start({ orchestrations: [waiting] });
  const handle = await world.client.start(waiting, undefined, { instanceId: "w" });
  await untilRecorded(world, "w", "EventWaitOpened");
  await first.stop();
  await handle.raiseEvent("go", new Date(0));
  await world.start({ orchestrations: [waiting] });
  assert.deepEqual(await handle.result({ timeout: "10s" }), new Date(0));
  assert.equal((await kindsOf(world, "w")).filter((kind) => kind === "EventWaitOpened").length, 1);
});

const clock = virtualClock();

inEveryMode(
  "a wait that was given up, by its time limit or its signal, hears nothing any more",
  async (world) => {
    const impatient = orchestration("impatient", async (ctx) => {
      const giveUp = new AbortController();
      const ends = await Promise.allSettled([
        ctx.waitForEvent("go", { timeout: "1h" }),
        ctx.waitForEvent("go", { signal: giveUp.signal }),
        ctx.sleep("1h").then(() => giveUp.abort("enough")),
      ]);
      await ctx.receive("then");
      return [
        ends.slice(0, 2).map((end) => (end.status === "rejected" ? end.reason.code : "heard")),
        await ctx.waitForEvent("go"),
      ];
    });
    await world.start({ orchestrations: [impatient] });
    const handle = await world.client.start(impatient, undefined, { instanceId: "i" });
    await untilRecorded(world, "i", "EventWaitOpened", 2);
    clock.advance("1h");
    await untilRecorded(world, "i", "ReceiveOpened");
    await handle.raiseEvent("go", "unheard");
    await handle.send("then");
    await untilRecorded(world, "i", "EventWaitOpened", 3);
    await handle.raiseEvent("go", "heard");
    assert.deepEqual(await handle.result({ timeout: "10s" }), [["TIMEOUT", "ABORTED"], "heard"]);
    assert.equal(droppedLines(world, "i").length, 1);
    const raised = (await historyOf(world, "i")).filter(({ kind }) => kind === "EventRaised");
    assert.deepEqual(
      raised.map(({ value }) => value),
      ["heard"],
    );
  },
  { clock },
);
