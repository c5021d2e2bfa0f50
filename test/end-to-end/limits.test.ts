import assert from "node:assert/strict";
import { Client } from "../../src/client/index.ts";
import { type OrchestrationContext, activity, mailbox, orchestration } from "../../src/definition/index.ts";
import { LimitExceededError } from "../../src/errors/index.ts";
import { kindsOf, untilRecorded, untilStatus } from "../support/instances.ts";
import { rawSql } from "../support/raw-store.ts";
import { type World, inEveryMode } from "../support/world.ts";

const limits = { payloadBytes: 1_000, events: 60, openOperations: 10, mailboxDepth: 5, stateKeys: 3 } as const;
const large = "x".repeat(1_000);
const small = "x".repeat(900);

const limitOf = (error: unknown) => {
  assert.ok(error instanceof LimitExceededError, String(error));
  assert.deepEqual([error.code, error.category], ["LIMIT_EXCEEDED", "configuration"]);
  return error.limit;
};
/** What a call exceeded, whether it threw where it stood or later. */
const caught = async (call: () => unknown): Promise<string> => {
  try {
    await call();
  } catch (error) {
    return limitOf(error);
  }
  return "nothing";
};

const echo = activity("echo", (_ctx, value: unknown) => value);
const inbox = mailbox<number>("inbox");
const rows = (world: World) => rawSql(world, "SELECT instance_id FROM perdure_instances").length;

inEveryMode("a value too large is refused where it is given, before anything is stored", async (world) => {
  const waiting = orchestration("waiting", (ctx) => ctx.receive(inbox));
  const client = new Client(world.provider, { limits, logger: world.log.logger });
  assert.equal(await caught(() => client.start(waiting, large as never)), "payloadBytes");
  const many = [{ orchestration: "waiting" }, { orchestration: "waiting", input: large }];
  assert.equal(await caught(() => client.startMany(many)), "payloadBytes");
  assert.equal(rows(world), 0);
  await client.start("waiting", small, { instanceId: "w" });
  assert.equal(await caught(() => client.send("w", "inbox", large)), "payloadBytes");
  assert.equal(await caught(() => client.raiseEvent("w", "event", large)), "payloadBytes");
  assert.equal(rawSql(world, "SELECT seq FROM perdure_messages").length, 1);
});

inEveryMode(
  "what an orchestration gives away too large is refused at the call, the same on every replay",
  async (world) => {
    const child = orchestration("child", (_ctx, value: string) => value.length);
    const generous = orchestration("generous", async (ctx) => {
      const refused: Promise<string>[] = [
        () => ctx.activity(echo, large),
        () => ctx.subOrchestration(child, large),
        () => ctx.startOrchestration(child, large),
        () => ctx.setCustomStatus(large),
        () => ctx.state.set("key", large),
        () => ctx.continueAsNew(large),
      ].map((call) => caught(call));
      // What was refused is followed by what looks the same, and is not.
      const result = await ctx.activity(echo, small);
      await ctx.receive("go");
      return [await Promise.all(refused), result === small];
    });
    await world.start({ orchestrations: [generous, child], activities: [echo], limits });
    const handle = await world.client.start(generous, undefined, { instanceId: "g" });
    await handle.send("go", null);
    assert.deepEqual(await handle.result({ timeout: "10s" }), [Array(6).fill("payloadBytes"), true]);
    assert.equal((await kindsOf(world, "g")).filter((kind) => kind === "ActivityScheduled").length, 1);
  },
);

inEveryMode("what was stored under a higher limit is still replayed under a lower one", async (world) => {
  const keeping = orchestration("keeping", async (ctx) => {
    const echoed = await ctx.activity(echo, large);
    ctx.state.set("a", 1);
    ctx.state.set("b", 2);
    await ctx.receive("go");
    return [echoed === large, ctx.state.list(), await caught(() => ctx.activity(echo, large))];
  });
  const definitions = { orchestrations: [keeping], activities: [echo] };
  const first = await world.start(definitions);
  const handle = await world.client.start(keeping, undefined, { instanceId: "k" });
  await untilRecorded(world, "k", "ReceiveOpened");
  await first.stop();
  await world.start({ ...definitions, limits: { payloadBytes: 900, stateKeys: 1 } });
  await handle.send("go", null);
  assert.deepEqual(await handle.result({ timeout: "10s" }), [true, ["a", "b"], "payloadBytes"]);
});

inEveryMode(
  "an activity's result or heartbeat too large fails the activity, catchably, and is not retried",
  async (world) => {
    let attempts = 0;
    const result = activity("result", { retry: { maxAttempts: 3 } }, () => {
      attempts += 1;
      return large;
    });
    const beat = activity("beat", (ctx) => ctx.heartbeat(large));
    const caller = orchestration("caller", async (ctx) => {
      const settled = await Promise.allSettled([ctx.activity(result), ctx.activity(beat)]);
      await ctx.receive("go");
      return settled.map((result) => {
        const { code, category, cause } = (result as PromiseRejectedResult).reason as LimitExceededError;
        return [code, category, limitOf(cause)];
      });
    });
    await world.start({ orchestrations: [caller], activities: [result, beat], limits });
    const handle = await world.client.start(caller);
    await handle.send("go", null);
    const failure = ["LIMIT_EXCEEDED", "configuration", "payloadBytes"];
    assert.deepEqual(await handle.result({ timeout: "10s" }), [failure, failure]);
    assert.equal(attempts, 1);
  },
);

const exceeding: Readonly<Record<string, (ctx: OrchestrationContext) => unknown>> = {
  payloadBytes: () => large,
  events: async (ctx) => {
    for (let n = 0; n < 100; n += 1) await ctx.activity(echo, n);
  },
  openOperations: (ctx) => Promise.all(Array.from({ length: 11 }, () => ctx.sleep("1h"))),
  stateKeys: (ctx) => {
    for (const key of ["a", "b", "c", "d"]) ctx.state.set(key, 1);
  },
  nameBytes: (ctx) => ctx.activity("n".repeat(256)),
  idBytes: (ctx) => ctx.subOrchestration("child", null, { instanceId: "i".repeat(256) }),
};

for (const [limit, run] of Object.entries(exceeding)) {
  inEveryMode(`a child that exceeds ${limit} fails, and its parent can catch that`, async (world) => {
    const child = orchestration("child", run);
    const parent = orchestration("parent", async (ctx) => {
      const exceeded = await caught(() => ctx.subOrchestration(child, undefined, { instanceId: "c" }));
      await ctx.receive("go");
      return exceeded;
    });
    await world.start({ orchestrations: [parent, child], activities: [echo], limits });
    const handle = await world.client.start(parent);
    await handle.send("go", null);
    assert.equal(await handle.result({ timeout: "10s" }), limit);
    const { error } = await untilStatus(world, "c", "failed");
    assert.equal(limitOf(error), limit);
    const left = ["perdure_timers", "perdure_work"].flatMap((table) => rawSql(world, `SELECT * FROM ${table}`));
    assert.deepEqual(left, []);
  });
}

inEveryMode("a refused key of state is refused again on replay, and the next one may take its place", async (world) => {
  const keeping = orchestration("keeping", async (ctx) => {
    for (const key of ["a", "b", "c"]) ctx.state.set(key, 1);
    const refused = await caught(() => ctx.state.set("d", 1));
    ctx.state.delete("a");
    ctx.state.set("d", 2);
    await ctx.receive("go");
    return [refused, ctx.state.list()];
  });
  await world.start({ orchestrations: [keeping], limits });
  const handle = await world.client.start(keeping);
  await handle.send("go", null);
  assert.deepEqual(await handle.result({ timeout: "10s" }), ["stateKeys", ["b", "c", "d"]]);
});

inEveryMode("names and ids too long are refused where they are given", async (world) => {
  const { client } = world;
  const long = "é".repeat(128);
  const orchestrated = orchestration("orchestrated", (ctx) =>
    Promise.all(
      [
        () => ctx.activity(long),
        () => ctx.activity(echo, 1, { queue: long }),
        () => ctx.receive(long),
        () => ctx.waitForEvent(long),
        () => ctx.subOrchestration(long),
        () => ctx.subOrchestration("child", null, { instanceId: long }),
        () => ctx.startOrchestration("child", null, { instanceId: long }),
        () => ctx.state.set(long, 1),
        () => ctx.patched(long),
      ].map((call) => caught(call)),
    ),
  );
  await world.start({ orchestrations: [orchestrated] });
  const handle = await client.start(orchestrated, undefined, { instanceId: "o" });
  const [name, id] = ["nameBytes", "idBytes"];
  assert.deepEqual(await handle.result({ timeout: "10s" }), [name, name, name, name, name, id, id, id, name]);
  assert.deepEqual(await kindsOf(world, "o"), ["OrchestrationStarted", "OrchestrationCompleted"]);
  assert.equal(await caught(() => client.start(long)), name);
  assert.equal(await caught(() => client.start("child", null, { instanceId: long })), id);
  assert.equal(await caught(() => client.send("o", long)), name);
  assert.equal(await caught(() => client.raiseEvent("o", long)), name);
  for (const tooLong of [
    { activities: [activity(long, () => 1)] },
    { activities: [activity("short", { queue: long }, () => 1)] },
    { orchestrations: [orchestration(long, () => 1)] },
    { queues: { [long]: {} } },
  ]) {
    assert.equal(await caught(() => world.start(tooLong)), name);
  }
  assert.equal(await caught(() => client.start(orchestration(long, () => 1))), name);
  assert.equal(await caught(async () => activity("x".repeat(1_001), () => 1)), name);
});

inEveryMode(
  "how long names and ids may be is configured, and what is stored goes on under a lower limit",
  async (world) => {
    const [name, id] = ["n".repeat(1_000), "i".repeat(1_000)];
    const wide = { nameBytes: 1_000, idBytes: 1_000 } as const;
    const work = activity(name, { queue: name }, (ctx) => ctx.instanceId.length);
    const child = orchestration(name, async (ctx) => [
      await ctx.activity(work, null, { session: id }),
      ctx.instanceId === id,
    ]);
    const parent = orchestration("parent", async (ctx) => {
      const ended = await ctx.subOrchestration(child, undefined, { instanceId: id });
      ctx.state.set(id, 1);
      const isPatched = ctx.patched(name);
      await ctx.receive(name);
      await ctx.waitForEvent(name);
      return [
        ended,
        isPatched && ctx.patched(name),
        ctx.state.get(id),
        await caught(async () => ctx.state.set(`${id.slice(1)}k`, 1)),
        await caught(() => ctx.activity("n".repeat(256))),
      ];
    });
    const definitions = { orchestrations: [parent, child], activities: [work], queues: { [name]: {} } };
    const first = await world.start({ ...definitions, limits: wide });
    const client = new Client(world.provider, { limits: wide, logger: world.log.logger });
    const handle = await client.start(parent, undefined, { instanceId: "p" });
    await handle.send(name, null);
    await untilRecorded(world, "p", "EventWaitOpened");
    assert.equal((await client.getStatus(id)).status, "completed");
    await first.stop();
    await world.start({ orchestrations: [parent], limits: { nameBytes: 10, idBytes: 10 } });
    await handle.raiseEvent(name);
    assert.deepEqual(await handle.result({ timeout: "10s" }), [[1_000, true], true, 1, "idBytes", "nameBytes"]);
  },
);
