import assert from "node:assert/strict";
import { activity, orchestration } from "../../src/definition/index.ts";
import type { TurnCommit } from "../../src/providers/contract.ts";
import { overriding } from "../support/overriding.ts";
import { errorOf, historyOf, statusOf, untilQuarantined, untilRecorded, untilStatus } from "../support/instances.ts";
import { rawSql } from "../support/raw-store.ts";
import { type World, inEveryMode } from "../support/world.ts";

const keeper = orchestration("keeper", async (ctx) => [await ctx.receive("m"), await ctx.receive("m")]);

const enqueueRaw = (world: World, instanceId: string, body: string, payload: string | null = null) =>
  world.provider.enqueue([{ instanceId, lane: "normal", body, payload }]);

const poison: readonly [name: string, body: string, payload: string | null][] = [
  ["no JSON", "garbage{", null],
  ["no object", "[1, 2]", null],
  ["no kind", "{}", null],
  ["a kind that is no text", '{"kind":7}', null],
  ["a completion without an address", '{"kind":"TimerFired"}', null],
  ["a completion without a payload", '{"kind":"ActivityCompleted","runId":"r","executionId":1,"scheduledId":2}', null],
  [
    "a failure that is none",
    '{"kind":"ActivityFailed","runId":"r","executionId":1,"scheduledId":2,"attempts":1}',
    '"text"',
  ],
  ["a message without a mailbox", '{"kind":"MessageArrived"}', "1"],
  ["a message without a payload", '{"kind":"MessageArrived","mailbox":"m"}', null],
  ["a start without a name", '{"kind":"Start","runId":"r","executionId":1}', "1"],
  ["a parent that is none", '{"kind":"CancelRequested","from":"me"}', null],
];

for (const [name, body, payload] of poison) {
  inEveryMode(
    `a message that cannot be read (${name}) quarantines its instance only, and nothing is lost`,
    async (world) => {
      const { client } = world;
      await world.start({ orchestrations: [keeper] });
      const [bad, good] = await client.startMany([
        { orchestration: keeper, instanceId: "bad" },
        { orchestration: keeper, instanceId: "good" },
      ]);
      await bad.send("m", 1);
      await untilRecorded(world, "bad", "MessageArrived");
      await enqueueRaw(world, "bad", body, payload);
      await bad.send("m", 2);
      const reason = await untilQuarantined(world, "bad");
      assert.match(reason, /A message cannot be read/);
      assert.equal((await client.getStatus("bad")).status, "running");
      const { instances } = await client.list({ quarantined: true });
      assert.deepEqual(
        instances.map(({ instanceId, quarantine }) => [instanceId, quarantine]),
        [["bad", reason]],
      );
      for (let n = 1; n <= 2; n += 1) await good.send("m", n);
      assert.deepEqual(await good.result({ timeout: "10s" }), [1, 2]);

      // Released as it is, it comes back; repaired, it goes on where it was.
      await client.releaseQuarantine("bad");
      assert.equal(await untilQuarantined(world, "bad"), reason);
      rawSql(world, "DELETE FROM perdure_messages WHERE body = ? AND payload IS ?", body, payload);
      await client.releaseQuarantine("bad");
      assert.deepEqual(await bad.result({ timeout: "10s" }), [1, 2]);
      assert.equal((await client.getStatus("bad")).quarantine, undefined);
    },
  );
}

inEveryMode("a quarantined instance can be terminated, and its parent hears of it", async (world) => {
  const { client } = world;
  const parent = orchestration("parent", (ctx) => ctx.subOrchestration(keeper, undefined, { instanceId: "bad" }));
  await world.start({ orchestrations: [keeper, parent] });
  const handle = await client.start(parent);
  await untilStatus(world, "bad", "running");
  await enqueueRaw(world, "bad", "garbage");
  await untilQuarantined(world, "bad");
  await client.terminate("bad", "hopeless");
  await assert.rejects(handle.result({ timeout: "10s" }), { code: "TERMINATED", message: "Terminated: hopeless" });
  const { status, quarantine } = await client.getStatus("bad");
  assert.deepEqual([status, quarantine], ["terminated", undefined]);
});

inEveryMode("a termination meant for another run leaves a quarantine as it is, and runs no code", async (world) => {
  const { client } = world;
  let runs = 0;
  const deadly = orchestration("deadly", async (ctx) => {
    runs += 1;
    return [await ctx.receive("m"), runs];
  });
  const first = await world.start({ orchestrations: [deadly] });
  const handle = await client.start(deadly, undefined, { instanceId: "bad" });
  await untilRecorded(world, "bad", "ReceiveOpened");
  await first.stop();
  rawSql(world, "UPDATE perdure_ownerships SET quarantine = 'it kills its process', claims = 6");
  await world.start({ orchestrations: [deadly] });
  runs = 0;
  await handle.send("m", 1);
  const from = { instanceId: "bygone", runId: "r", executionId: 1, eventId: 2 };
  const body = JSON.stringify({ kind: "TerminateRequested", from });
  for (let n = 1; n <= 2; n += 1) {
    await world.provider.enqueue([{ instanceId: "bad", lane: "ending", body, payload: null }]);
    await world.until("the request is dropped", () => world.log.find("message dropped").length === n);
    assert.equal(await untilQuarantined(world, "bad"), "it kills its process");
    assert.equal(runs, 0);
  }
  await client.releaseQuarantine("bad");
  assert.deepEqual(await handle.result({ timeout: "10s" }), [1, 1]);
});

inEveryMode("a quarantined instance can be deleted, and its parent hears of it", async (world) => {
  const { client } = world;
  const parent = orchestration("parent", (ctx) => ctx.subOrchestration(keeper, undefined, { instanceId: "bad" }));
  await world.start({ orchestrations: [keeper, parent] });
  const handle = await client.start(parent);
  await untilStatus(world, "bad", "running");
  await enqueueRaw(world, "bad", "garbage");
  await untilQuarantined(world, "bad");
  await client.delete("bad", { force: true });
  await assert.rejects(handle.result({ timeout: "10s" }), { code: "INSTANCE_DELETED" });
});

inEveryMode("an instance whose start cannot be read is quarantined, and can be terminated", async (world) => {
  const { client } = world;
  const child = orchestration("child", { version: "1.2.0" }, () => "never");
  const parent = orchestration("parent", (ctx) =>
    ctx.subOrchestration(child, undefined, { instanceId: "bad", version: "1.2.0" }),
  );
  const first = await world.start({ orchestrations: [parent] });
  const handle = await client.start(parent, undefined, { instanceId: "p" });
  await untilStatus(world, "bad", "pending");
  await first.stop();
  rawSql(world, "UPDATE perdure_messages SET body = 'garbage'");
  await world.start({ orchestrations: [parent, child] });
  await untilQuarantined(world, "bad");
  await client.terminate("bad");
  await assert.rejects(handle.result({ timeout: "10s" }), { code: "TERMINATED" });
  assert.deepEqual(await client.getDescriptor("bad"), {
    name: "child",
    version: "1.2.0",
    parentInstance: "p",
    parentId: 2,
  });
});

inEveryMode("a value that cannot be decoded is an error where it is received, and can be caught", async (world) => {
  const careful = orchestration("careful", async (ctx) => {
    const error = await errorOf(ctx.receive("m"));
    return [error.code, await ctx.receive("m")];
  });
  await world.start({ orchestrations: [careful] });
  const handle = await world.client.start(careful, undefined, { instanceId: "c" });
  await enqueueRaw(world, "c", '{"kind":"MessageArrived","mailbox":"m"}', "not json");
  await handle.send("m", "fine");
  assert.deepEqual(await handle.result({ timeout: "10s" }), ["CORRUPT_PAYLOAD", "fine"]);
});

inEveryMode("an input that cannot be decoded fails its instance, visibly", async (world) => {
  const { client } = world;
  await client.start(keeper, undefined, { instanceId: "k" });
  rawSql(world, "UPDATE perdure_messages SET payload = 'not json'");
  await world.start({ orchestrations: [keeper] });
  await assert.rejects(client.getHandle("k").result({ timeout: "10s" }), { code: "CORRUPT_PAYLOAD" });
  assert.equal((await statusOf(world, "k"))?.status, "failed");
});

inEveryMode(
  "a message of a kind that only a newer release knows is put off, and neither ended nor lost",
  async (world) => {
    const { client } = world;
    const node = await world.start({ orchestrations: [keeper], limits: { claimsWithoutCommit: 1 } });
    const [odd, good] = await client.startMany([
      { orchestration: keeper, instanceId: "odd" },
      { orchestration: keeper, instanceId: "good" },
    ]);
    await odd.send("m", 1);
    await untilRecorded(world, "odd", "MessageArrived");
    const body = '{"kind":"Teleported","to":"Mars"}';
    await enqueueRaw(world, "odd", body);
    await odd.send("m", 2);
    const putOffs = () =>
      world.log.find("turn without running code").filter((line) => line.fields["instanceId"] === "odd");
    await world.until("it was put off more often than what is quarantined", () => putOffs().length >= 3);
    assert.match(String(putOffs()[0]?.fields["note"]), /"Teleported"/);
    const { status, quarantine } = await client.getStatus("odd");
    assert.deepEqual([status, quarantine], ["running", undefined]);
    assert.equal((await historyOf(world, "odd")).length, 4);
    for (let n = 1; n <= 2; n += 1) await good.send("m", n);
    assert.deepEqual(await good.result({ timeout: "10s" }), [1, 2]);
    await node.stop();
    assert.equal(rawSql(world, "SELECT body FROM perdure_messages WHERE body = ?", body).length, 1);

    // The newer release does what it has to do about it.
    rawSql(world, "DELETE FROM perdure_messages WHERE body = ?", body);
    await world.start({ orchestrations: [keeper] });
    assert.deepEqual(await odd.result({ timeout: "10s" }), [1, 2]);
  },
);

inEveryMode("an instance with a message that only a newer release knows can still be terminated", async (world) => {
  await world.start({ orchestrations: [keeper] });
  const handle = await world.client.start(keeper, undefined, { instanceId: "odd" });
  await untilStatus(world, "odd", "running");
  await enqueueRaw(world, "odd", '{"kind":"Teleported"}');
  await handle.terminate();
  await assert.rejects(handle.result({ timeout: "10s" }), { code: "TERMINATED" });
});

inEveryMode("a completion from an execution yet to come quarantines its instance", async (world) => {
  await world.start({ orchestrations: [keeper] });
  await world.client.start(keeper, undefined, { instanceId: "k" });
  const { runId } = await untilStatus(world, "k", "running");
  await enqueueRaw(world, "k", JSON.stringify({ kind: "TimerFired", runId, executionId: 2, scheduledId: 2 }));
  assert.match(await untilQuarantined(world, "k"), /execution 2 of "k", which is only at execution 1/);
});

inEveryMode("a work item that cannot be read fails its activity, catchably, and stalls no other", async (world) => {
  const { client } = world;
  const double = activity("double", (_ctx, value: number) => value * 2);
  const caller = orchestration("caller", (ctx, value: number) =>
    ctx.activity(double, value).catch((error: Error & { code: string }) => error.code),
  );
  const bodies = ["garbage", "[]", "null", '{"runId":"r"}'];
  const garbling = overriding(world.provider, {
    commit: (batch) => world.provider.commit({ ...batch, turns: batch.turns.map(garbled) }),
  });
  const garbled = (turn: TurnCommit): TurnCommit => ({
    ...turn,
    work: turn.work.map((item) => ({ ...item, body: bodies[Number(turn.instanceId)] ?? item.body })),
  });
  const first = await world.start({ orchestrations: [caller], provider: garbling });
  const handles = await client.startMany(
    [...bodies, "readable"].map((_, input) => ({ orchestration: caller, input, instanceId: `${input}` })),
  );
  for (const { instanceId } of handles) await untilRecorded(world, instanceId, "ActivityScheduled");
  await first.stop();
  await world.start({ orchestrations: [caller], activities: [double] });
  const results = await Promise.all(handles.map((handle) => handle.result({ timeout: "10s" })));
  assert.deepEqual(results, [...bodies.map(() => "CORRUPT_PAYLOAD"), 8]);
});
