import assert from "node:assert/strict";
import { Client } from "../../src/client/index.ts";
import { orchestration } from "../../src/definition/index.ts";
import { InstanceExistsError } from "../../src/errors/index.ts";
import { encodeMessage } from "../../src/history/index.ts";
import { encodeValue, randomId } from "../../src/values/index.ts";
import { errorOf, kindsOf, statusOf, untilStatus } from "../support/instances.ts";
import { inEveryMode } from "../support/world.ts";

const keeper = orchestration("keeper", async (ctx, input: string) => {
  await ctx.receive("go");
  return input;
});

inEveryMode("a second start of a running instance is a warned no-op", async (world) => {
  const { client, log } = world;
  await world.start({ orchestrations: [keeper] });
  const first = await client.start(keeper, "first", { instanceId: "k" });
  await untilStatus(world, "k", "running");
  const before = await client.getHistory("k");
  const second = await client.start(keeper, "second", { instanceId: "k" });
  assert.equal(log.find("exists already").at(-1)?.level, "warn");
  assert.deepEqual(await client.getHistory("k"), before);
  await second.send("go", null);
  assert.equal(await first.result({ timeout: "10s" }), "first");
  assert.equal(await second.result({ timeout: "10s" }), "first");
});

inEveryMode("a second start of an ended instance gives its result and does not run it again", async (world) => {
  const { client, log } = world;
  await world.start({ orchestrations: [keeper] });
  const first = await client.start(keeper, "first", { instanceId: "k" });
  await first.send("go", null);
  await first.result({ timeout: "10s" });
  const second = await client.start(keeper, "second", { instanceId: "k" });
  assert.equal(log.find("exists already").length, 1);
  assert.equal(await second.result({ timeout: "10s" }), "first");
  assert.equal((await client.listExecutions("k")).length, 1);
});

inEveryMode("a start message that is delivered twice is warned about and dropped", async (world) => {
  const { client, provider, log } = world;
  await world.start({ orchestrations: [keeper] });
  const handle = await client.start(keeper, "first", { instanceId: "k" });
  const { runId } = await untilStatus(world, "k", "running");
  const payload = encodeValue("second", { path: "input", maxBytes: 100 });
  for (const run of [runId, randomId()]) {
    const start = encodeMessage({ kind: "Start", runId: run, executionId: 1, name: "keeper", payload });
    await provider.enqueue([{ instanceId: "k", lane: "start", ...start }]);
  }
  await world.until("both are dropped", () => log.find("message dropped").length === 2);
  for (const { level, fields } of log.find("message dropped")) {
    assert.equal(level, "warn");
    assert.equal(fields["why"], "the instance has been started before");
  }
  await handle.send("go", null);
  assert.equal(await handle.result({ timeout: "10s" }), "first");
  assert.deepEqual(await kindsOf(world, "k"), [
    "OrchestrationStarted",
    "ReceiveOpened",
    "MessageArrived",
    "OrchestrationCompleted",
  ]);
});

inEveryMode("clients of several processes that start one id at once all get the one run", async (world) => {
  await using other = await world.store.openAnother();
  const clients = [world.client, new Client(other)];
  await world.start({ orchestrations: [keeper] });
  const node = await world.start({ orchestrations: [keeper], provider: other });
  const inputs = Array.from({ length: 20 }, (_, n) => `input ${n}`);
  const handles = await Promise.all(
    inputs.map((input, n) => (clients[n % 2] as Client).start(keeper, input, { instanceId: "one" })),
  );
  await (handles[0] as (typeof handles)[number]).send("go", null);
  const results = await Promise.all(handles.map((handle) => handle.result({ timeout: "10s" })));
  assert.equal(new Set(results).size, 1);
  assert.ok(inputs.includes(results[0] as string));
  assert.equal((await kindsOf(world, "one")).filter((kind) => kind === "OrchestrationStarted").length, 1);
  await node.stop();
});

inEveryMode('with onConflict "fail", exactly one of many starts gets the id', async (world) => {
  const { client } = world;
  await world.start({ orchestrations: [keeper] });
  const starts = Array.from({ length: 10 }, (_, n) =>
    client.start(keeper, `${n}`, { instanceId: "one", onConflict: "fail" }),
  );
  const settled = await Promise.allSettled(starts);
  assert.equal(settled.filter(({ status }) => status === "fulfilled").length, 1);
  for (const outcome of settled) {
    if (outcome.status === "rejected") assert.ok(outcome.reason instanceof InstanceExistsError);
  }
});

inEveryMode("many starts in one call all run, an id in use as it is", async (world) => {
  const { client } = world;
  await world.start({ orchestrations: [keeper] });
  await client.start(keeper, "before", { instanceId: "m-3" });
  const handles = await client.startMany(
    Array.from({ length: 50 }, (_, n) => ({ orchestration: keeper, input: `${n}`, instanceId: `m-${n}` })),
  );
  await Promise.all(handles.map((handle) => handle.send("go", null)));
  const results = await Promise.all(handles.map((handle) => handle.result({ timeout: "10s" })));
  assert.deepEqual(
    results,
    Array.from({ length: 50 }, (_, n) => (n === 3 ? "before" : `${n}`)),
  );
});

inEveryMode("a child whose id is in use is a catchable InstanceExistsError, whoever has the id", async (world) => {
  const { client } = world;
  const child = orchestration("child", () => "never");
  const parent = orchestration("parent", async (ctx, ids: string[]) => {
    const errors: unknown[] = [];
    for (const instanceId of ids) {
      try {
        errors.push(await ctx.subOrchestration(child, undefined, { instanceId }));
      } catch (error) {
        errors.push([error instanceof InstanceExistsError, (error as InstanceExistsError).instanceId]);
      }
    }
    return errors;
  });
  await world.start({ orchestrations: [keeper, child, parent] });
  await client.start(keeper, "x", { instanceId: "running" });
  await untilStatus(world, "running", "running");
  const ended = await client.start(child, undefined, { instanceId: "ended" });
  await ended.result({ timeout: "10s" });
  await client.start("nobody", 1, { instanceId: "pending" });
  const ids = ["running", "ended", "pending", "itself"];
  const handle = await client.start(parent, ids, { instanceId: "itself" });
  assert.deepEqual(
    await handle.result({ timeout: "10s" }),
    ids.map((id) => [true, id]),
  );
  assert.equal((await statusOf(world, "running"))?.status, "running");
  assert.equal((await statusOf(world, "ended"))?.parent, undefined);
});

inEveryMode("of two children with one id, the first is started and the second is refused", async (world) => {
  const child = orchestration("child", (_ctx, value: number) => value);
  const parent = orchestration("parent", async (ctx) => {
    const [one, two] = await Promise.allSettled([
      ctx.subOrchestration(child, 1, { instanceId: "same" }),
      ctx.subOrchestration(child, 2, { instanceId: "same" }),
    ]);
    return [one.status, two.status];
  });
  await world.start({ orchestrations: [child, parent] });
  const handle = await world.client.start(parent);
  assert.deepEqual(await handle.result({ timeout: "10s" }), ["fulfilled", "rejected"]);
  assert.equal((await world.client.getStatus("same")).result, 1);
});

inEveryMode("an uncaught InstanceExistsError of a child fails the parent", async (world) => {
  const parent = orchestration("parent", (ctx) => ctx.subOrchestration(keeper, "y", { instanceId: "taken" }));
  await world.start({ orchestrations: [keeper, parent] });
  await world.client.start(keeper, "x", { instanceId: "taken" });
  const handle = await world.client.start(parent);
  const error = await errorOf(handle.result({ timeout: "10s" }));
  assert.ok(error instanceof InstanceExistsError);
  assert.equal(error.instanceId, "taken");
});

inEveryMode("a detached start leaves an instance that has the id as it is", async (world) => {
  const { client, log } = world;
  const starter = orchestration("starter", (ctx) => ctx.startOrchestration(keeper, "second", { instanceId: "d" }));
  await world.start({ orchestrations: [keeper, starter] });
  const first = await client.start(keeper, "first", { instanceId: "d" });
  assert.equal(await (await client.start(starter)).result({ timeout: "10s" }), "d");
  assert.equal(log.find("message not delivered").at(-1)?.fields["why"], "exists");
  await first.send("go", null);
  assert.equal(await first.result({ timeout: "10s" }), "first");
});
