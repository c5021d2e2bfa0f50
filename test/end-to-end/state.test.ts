import assert from "node:assert/strict";
import { activity, orchestration } from "../../src/definition/index.ts";
import { InstanceNotFoundError, LimitExceededError } from "../../src/errors/index.ts";
import { inEveryMode } from "../support/world.ts";

const noop = activity("noop", () => null);

inEveryMode("read-modify-write of durable state is the same on every replay", async (world) => {
  const counter = orchestration("counter", async (ctx, rounds: number) => {
    const seen: unknown[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const count = ctx.state.get<number>("count") ?? 0;
      seen.push(count);
      ctx.state.set("count", count + 1);
      if (round % 2 === 0) ctx.state.set(`even/${round}`, { at: new Date(0) });
      await ctx.activity(noop);
    }
    ctx.state.delete("even/0");
    return { seen, keys: ctx.state.list(), even: ctx.state.list("even/") };
  });
  await world.start({ orchestrations: [counter], activities: [noop] });
  const handle = await world.client.start(counter, 5, { instanceId: "counter" });
  assert.deepEqual(await handle.result({ timeout: "10s" }), {
    seen: [0, 1, 2, 3, 4],
    keys: ["count", "even/2", "even/4"],
    even: ["even/2", "even/4"],
  });
  const state = await world.client.getState("counter");
  assert.deepEqual(
    [...state],
    [
      ["count", 5],
      ["even/2", { at: new Date(0) }],
      ["even/4", { at: new Date(0) }],
    ],
  );
  await assert.rejects(world.client.getState("nobody"), InstanceNotFoundError);
});

inEveryMode("durable state belongs to the instance: continue-as-new carries it, deletion ends it", async (world) => {
  const generations = orchestration("generations", async (ctx, left: number): Promise<number> => {
    const before = ctx.state.get<number>("total") ?? 0;
    ctx.state.set("total", before + left);
    await ctx.activity(noop);
    return left === 0 ? (ctx.state.get<number>("total") as number) : ctx.continueAsNew(left - 1);
  });
  await world.start({ orchestrations: [generations], activities: [noop] });
  const handle = await world.client.start(generations, 4, { instanceId: "g" });
  assert.equal(await handle.result({ timeout: "10s" }), 10);
  assert.deepEqual([...(await world.client.getState("g"))], [["total", 10]]);
  await world.client.delete("g");
  await assert.rejects(world.client.getState("g"), InstanceNotFoundError);
});

inEveryMode("a value read from the state is the reader's own", async (world) => {
  const careless = orchestration("careless", async (ctx) => {
    ctx.state.set("list", [1]);
    ctx.state.get<number[]>("list")?.push(2);
    await ctx.activity(noop);
    return ctx.state.get("list");
  });
  await world.start({ orchestrations: [careless], activities: [noop] });
  assert.deepEqual(await (await world.client.start(careless)).result({ timeout: "10s" }), [1]);
});

inEveryMode("too many keys of state are refused where the call stands", async (world) => {
  const greedy = orchestration("greedy", async (ctx) => {
    await ctx.activity(noop);
    for (let key = 0; ; key += 1) ctx.state.set(`key ${key}`, key);
  });
  await world.start({ orchestrations: [greedy], activities: [noop], limits: { stateKeys: 3 } });
  const result = (await world.client.start(greedy)).result({ timeout: "10s" });
  await assert.rejects(result, (error) => error instanceof LimitExceededError && error.limit === "stateKeys");
});
