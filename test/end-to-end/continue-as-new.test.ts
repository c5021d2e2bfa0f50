import assert from "node:assert/strict";
import { activity, mailbox, orchestration } from "../../src/definition/index.ts";
import { encodeMessage } from "../../src/history/index.ts";
import { errorOf, historyOf, untilRecorded, untilStatus } from "../support/instances.ts";
import { rawSql } from "../support/raw-store.ts";
import { inEveryMode } from "../support/world.ts";

inEveryMode("an execution follows another, with the next id and the input that it was given", async (world) => {
  const counting = orchestration("counting", async (ctx, seen: number[]): Promise<number[]> => {
    const all = [...seen, ctx.executionId];
    return all.length < 4 ? ctx.continueAsNew(all) : all;
  });
  await world.start({ orchestrations: [counting] });
  const handle = await world.client.start(counting, [], { instanceId: "c" });
  assert.deepEqual(await handle.result({ timeout: "10s" }), [1, 2, 3, 4]);
  const executions = await world.client.listExecutions("c");
  assert.deepEqual(
    executions.map(({ executionId, status, lastEventId }) => [executionId, status, lastEventId]),
    [
      [1, "continuedAsNew", 2],
      [2, "continuedAsNew", 2],
      [3, "continuedAsNew", 2],
      [4, "completed", 2],
    ],
  );
  const second = await world.client.getHistory("c", { executionId: 2 });
  assert.deepEqual(
    second.map(({ kind, value }) => [kind, value]),
    [
      ["OrchestrationStarted", [1]],
      ["OrchestrationContinuedAsNew", [1, 2]],
    ],
  );
});

inEveryMode(
  "an instance may go through 100 executions, and whoever waits for its result waits through all",
  async (world) => {
    const tick = activity("tick", (_ctx, value: number) => value + 1);
    const loop = orchestration("loop", async (ctx, value: number): Promise<number> => {
      const next = await ctx.activity(tick, value);
      return next < 100 ? ctx.continueAsNew(next) : next;
    });
    await world.start({ orchestrations: [loop], activities: [tick] });
    const handle = await world.client.start(loop, 0);
    assert.equal(await handle.result({ timeout: "60s" }), 100);
    const executions = await world.client.listExecutions(handle.instanceId);
    assert.deepEqual(
      executions.map(({ executionId }) => executionId),
      Array.from({ length: 100 }, (_, n) => n + 1),
    );
  },
);

inEveryMode("run, start, parent and custom status are carried along, random numbers are not", async (world) => {
  const child = orchestration("child", async (ctx, before: unknown[]): Promise<unknown[]> => {
    const facts = [ctx.runId, ctx.parent?.instanceId, ctx.parent?.executionId, ctx.random()];
    if (ctx.executionId === 1) {
      ctx.setCustomStatus("set once");
      return ctx.continueAsNew([facts]);
    }
    await ctx.receive("go");
    return ctx.executionId === 2 ? ctx.continueAsNew([...before, facts]) : [...before, facts];
  });
  const parent = orchestration("parent", (ctx) => ctx.subOrchestration(child, [], { instanceId: "c" }));
  await world.start({ orchestrations: [child, parent] });
  const handle = await world.client.start(parent, undefined, { instanceId: "p" });
  await world.until(
    "the second execution runs",
    async () => (await historyOf(world, "c"))[1]?.kind === "ReceiveOpened",
  );
  assert.equal((await world.client.getStatus("c")).customStatus, "set once");
  await world.client.send("c", "go", 1);
  await world.client.send("c", "go", 2);
  const facts = (await handle.result({ timeout: "10s" })) as unknown[][];
  const [first, second, third] = facts as [unknown[], unknown[], unknown[]];
  assert.deepEqual(second.slice(0, 3), first.slice(0, 3));
  assert.deepEqual(third.slice(0, 3), first.slice(0, 3));
  assert.deepEqual(first.slice(1, 3), ["p", 1]);
  assert.equal(new Set(facts.map(([, , , random]) => random)).size, 3);
  const starts = await Promise.all(
    [1, 2, 3].map(async (executionId) => (await world.client.getHistory("c", { executionId }))[0]),
  );
  const startedAt = starts.map((event) => event?.kind === "OrchestrationStarted" && event.startedAt);
  assert.equal(new Set(startedAt).size, 1);
  assert.deepEqual(
    starts.map((event) => event?.kind === "OrchestrationStarted" && event.customStatus),
    [undefined, '"set once"', '"set once"'],
  );
  assert.equal((await world.client.getStatus("c")).customStatus, "set once");
});

inEveryMode("time does not go back between executions", async (world) => {
  const clock = orchestration("clock", async (ctx, times: number[]): Promise<number[]> => {
    const all = [...times, ctx.now()];
    await ctx.sleep(3);
    return all.length < 20 ? ctx.continueAsNew([...all, ctx.now()]) : all;
  });
  await world.start({ orchestrations: [clock] });
  const times = await (await world.client.start(clock, [])).result({ timeout: "10s" });
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  );
});

inEveryMode("the next execution takes the latest version, or the one that was named", async (world) => {
  const version = (name: string, next?: string) =>
    orchestration("evolving", { version: name }, async (ctx, seen: string[]): Promise<string[]> => {
      await ctx.receive("go");
      const all = [...seen, name];
      return all.length < 3 ? ctx.continueAsNew(all, next === undefined ? {} : { version: next }) : all;
    });
  const first = await world.start({ orchestrations: [version("1.0.0")] });
  const handle = await world.client.start<string[]>("evolving", [], { instanceId: "e" });
  await untilStatus(world, "e", "running");
  await first.stop();
  await world.start({ orchestrations: [version("1.0.0"), version("2.0.0", "1.0.0")] });
  for (let n = 0; n < 3; n += 1) await handle.send("go", null);
  assert.deepEqual(await handle.result({ timeout: "10s" }), ["1.0.0", "2.0.0", "1.0.0"]);
  const executions = await world.client.listExecutions("e");
  assert.deepEqual(
    executions.map((execution) => execution.version),
    ["1.0.0", "2.0.0", "1.0.0"],
  );
  assert.equal((await world.client.getDescriptor("e")).version, "1.0.0");
});

inEveryMode("an instance that continues in a version that nobody has is cancelled, and says which", async (world) => {
  const lost = orchestration("lost", (ctx) => ctx.continueAsNew(null, { version: "7.0.0" }));
  await world.start({ orchestrations: [lost], missingVersionGrace: "100ms" });
  const handle = await world.client.start(lost);
  const error = await errorOf(handle.result({ timeout: "10s" }));
  assert.equal(error.code, "NOT_REGISTERED");
  assert.match(error.message, /"lost" version 7\.0\.0/);
  const executions = await world.client.listExecutions(handle.instanceId);
  assert.deepEqual(
    executions.map(({ status }) => status),
    ["continuedAsNew", "cancelled"],
  );
});

inEveryMode("what an execution leaves open ends with it, and what still comes of it is dropped", async (world) => {
  const { client, provider, log } = world;
  const aborted: string[] = [];
  const patient = activity("patient", (ctx) => {
    return new Promise((resolve) => {
      ctx.signal.addEventListener("abort", () => {
        aborted.push(ctx.activityId);
        resolve("too late");
      });
    });
  });
  const next = mailbox<null>("next");
  const busy = orchestration("busy", async (ctx): Promise<string> => {
    if (ctx.executionId === 1) {
      void ctx.activity(patient);
      void ctx.sleep("1h");
      void ctx.receive("nothing", { timeout: "1h" });
      await ctx.receive(next);
      return ctx.continueAsNew();
    }
    await ctx.receive(next);
    return "done";
  });
  await world.start({ orchestrations: [busy], activities: [patient], leaseDuration: "300ms" });
  const handle = await client.start(busy, undefined, { instanceId: "b" });
  await untilRecorded(world, "b", "TimerCreated");
  await world.until("the activity runs", () => log.find("activity started").length === 1);
  await handle.send(next, null);
  await world.until("it is told to stop", () => aborted.length === 1);
  assert.deepEqual(rawSql(world, "SELECT * FROM perdure_timers"), []);
  assert.deepEqual(rawSql(world, "SELECT * FROM perdure_work"), []);

  const { runId } = await client.getStatus("b");
  const late = { runId, executionId: 1, scheduledId: 2 };
  for (const message of [
    encodeMessage({ kind: "ActivityCompleted", ...late, payload: '"late"' }),
    encodeMessage({ kind: "TimerFired", ...late, scheduledId: 3 }),
  ]) {
    await provider.enqueue([{ instanceId: "b", lane: "normal", ...message }]);
  }
  await world.until("both are dropped", () => log.find("message dropped").length === 2);
  for (const { level, fields } of log.find("message dropped")) {
    assert.equal(level, "warn");
    assert.equal(fields["why"], "it is for execution 1, which has ended");
  }
  await handle.send(next, null);
  assert.equal(await handle.result({ timeout: "10s" }), "done");
  const executions = await client.listExecutions("b");
  assert.equal(executions.at(-1)?.lastEventId, 4);
});
