import assert from "node:assert/strict";
import { activity, orchestration } from "../../src/definition/index.ts";
import { TerminatedError } from "../../src/errors/index.ts";
import { errorOf, kindsOf, untilQuarantined, untilRecorded, untilStatus } from "../support/instances.ts";
import { rawSql } from "../support/raw-store.ts";
import { inEveryMode } from "../support/world.ts";

const waiting = orchestration("waiting", (ctx) => ctx.receive<string>("go"));

inEveryMode("terminating ends an instance at once, without its cleanup", async (world) => {
  const { client } = world;
  let cleaned = 0;
  const tidy = orchestration("tidy", async (ctx) => {
    try {
      void ctx.sleep("1h");
      void ctx.activity("nowhere");
      return await ctx.receive("go");
    } finally {
      cleaned += 1;
    }
  });
  await world.start({ orchestrations: [tidy] });
  const handle = await client.start(tidy, undefined, { instanceId: "t" });
  await untilRecorded(world, "t", "ReceiveOpened");
  await handle.terminate("now");
  const error = await errorOf(handle.result({ timeout: "10s" }));
  assert.ok(error instanceof TerminatedError);
  assert.equal(error.reason, "now");
  assert.equal((await client.getStatus("t")).status, "terminated");
  assert.equal((await kindsOf(world, "t")).at(-1), "ExecutionEnded");
  assert.equal(cleaned, 0);
  assert.deepEqual(rawSql(world, "SELECT event_id FROM perdure_timers"), []);
  assert.deepEqual(rawSql(world, "SELECT id FROM perdure_work"), []);
});

inEveryMode("an instance that is terminated before its first turn never runs", async (world) => {
  const { client } = world;
  let runs = 0;
  const counted = orchestration("counted", () => {
    runs += 1;
  });
  const handle = await client.start(counted, 5, { instanceId: "c" });
  await handle.terminate();
  await world.start({ orchestrations: [counted] });
  await assert.rejects(handle.result({ timeout: "10s" }), { code: "TERMINATED" });
  assert.equal(runs, 0);
  assert.deepEqual(await kindsOf(world, "c"), ["OrchestrationStarted", "ExecutionEnded"]);
  assert.deepEqual(await client.getDescriptor("c"), { name: "counted", version: "1.0.0" });
});

inEveryMode("an instance that nobody can run can be terminated by any node", async (world) => {
  const { client } = world;
  const byName = await client.start("nobody", 1, { instanceId: "n" });
  const first = await world.start({ orchestrations: [waiting] });
  const orphan = await client.start(waiting, undefined, { instanceId: "o" });
  await untilStatus(world, "o", "running");
  await first.stop();
  await orphan.terminate();
  await byName.terminate();
  await world.start();
  for (const handle of [byName, orphan])
    await assert.rejects(handle.result({ timeout: "10s" }), { code: "TERMINATED" });
});

inEveryMode("termination goes before a long queue", async (world) => {
  const { client } = world;
  const handle = await client.start(waiting, undefined, { instanceId: "w" });
  for (let n = 0; n < 50; n += 1) await handle.send("other", n);
  await handle.send("go", "done");
  await handle.terminate();
  await world.start({ orchestrations: [waiting] });
  await assert.rejects(handle.result({ timeout: "10s" }), { code: "TERMINATED" });
});

inEveryMode("terminating a parent terminates its children, and theirs", async (world) => {
  const { client } = world;
  const middle = orchestration("middle", (ctx) => ctx.subOrchestration(waiting, undefined, { instanceId: "leaf" }));
  const top = orchestration("top", (ctx) => ctx.subOrchestration(middle, undefined, { instanceId: "middle" }));
  await world.start({ orchestrations: [top, middle, waiting] });
  await client.start(top, undefined, { instanceId: "top" });
  await untilStatus(world, "leaf", "running");
  await client.terminate("top");
  for (const id of ["top", "middle", "leaf"]) await untilStatus(world, id, "terminated");
});

inEveryMode("a running activity of a terminated instance is told to stop", async (world) => {
  const { promise: told, resolve } = Promise.withResolvers<void>();
  const long = activity("long", (ctx) => {
    return new Promise((done) => {
      ctx.signal.addEventListener("abort", () => {
        resolve();
        done(null);
      });
    });
  });
  const caller = orchestration("caller", (ctx) => ctx.activity(long));
  await world.start({ orchestrations: [caller], activities: [long], leaseDuration: "600ms" });
  const handle = await world.client.start(caller, undefined, { instanceId: "c" });
  await world.until("the activity runs", () => world.log.find("activity started").length === 1);
  await handle.terminate();
  await assert.rejects(handle.result({ timeout: "10s" }), { code: "TERMINATED" });
  await told;
});

inEveryMode(
  "an instance in quarantine for nondeterminism can be released after the fix, or terminated",
  async (world) => {
    const { client } = world;
    const changed = orchestration("waiting", (ctx) => ctx.waitForEvent("something else"));
    const settings = { onNondeterminism: "block" } as const;
    const first = await world.start({ ...settings, orchestrations: [waiting] });
    const [fixed, hopeless] = await client.startMany([
      { orchestration: waiting, instanceId: "fixed" },
      { orchestration: waiting, instanceId: "hopeless" },
    ]);
    for (const { instanceId } of [fixed, hopeless]) await untilStatus(world, instanceId, "running");
    await first.stop();
    const second = await world.start({ ...settings, orchestrations: [changed] });
    for (const handle of [fixed, hopeless]) await handle.send("go", "done");
    for (const { instanceId } of [fixed, hopeless]) {
      assert.match(await untilQuarantined(world, instanceId), /does not do what its history says/);
    }
    await hopeless.terminate("no fix");
    await assert.rejects(hopeless.result({ timeout: "10s" }), { code: "TERMINATED" });
    await second.stop();
    await world.start({ ...settings, orchestrations: [waiting] });
    assert.equal((await fixed.status()).status, "running");
    await client.releaseQuarantine("fixed");
    assert.equal(await fixed.result({ timeout: "10s" }), "done");
  },
);
