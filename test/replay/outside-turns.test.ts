import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as later } from "node:timers/promises";
import { orchestration, type OrchestrationContext } from "../../src/definition/index.ts";
import { ForeignAwaitError, OutsideTurnError, type PerdureError } from "../../src/errors/index.ts";
import { currentScope } from "../../src/replay/index.ts";
import { type Body, arrived, completed, engineFor, live, started } from "../support/replay-harness.ts";

/** An engine that waits for a durable operation, and hands its context to code from elsewhere. */
async function leaky(more: (ctx: OrchestrationContext) => unknown = () => undefined) {
  let leaked!: OrchestrationContext;
  const faults: PerdureError[] = [];
  const body: Body = (ctx) => {
    leaked = ctx;
    return Promise.all([ctx.receive("box"), more(ctx)]);
  };
  const { engine, last } = await live(body, [[started()]], { onFault: (error) => void faults.push(error) });
  return { engine, ctx: leaked, faults, last };
}

const other = orchestration("other", () => null);

const calls: Readonly<Record<string, (ctx: OrchestrationContext) => unknown>> = {
  activity: (ctx) => ctx.activity("work"),
  sleep: (ctx) => ctx.sleep(1),
  sleepUntil: (ctx) => ctx.sleepUntil(1),
  waitForEvent: (ctx) => ctx.waitForEvent("go"),
  receive: (ctx) => ctx.receive("box"),
  subOrchestration: (ctx) => ctx.subOrchestration(other),
  startOrchestration: (ctx) => ctx.startOrchestration(other),
  continueAsNew: (ctx) => ctx.continueAsNew(),
  setCustomStatus: (ctx) => ctx.setCustomStatus(1),
  random: (ctx) => ctx.random(),
  uuid: (ctx) => ctx.uuid(),
  "state.set": (ctx) => ctx.state.set("key", 1),
  patched: (ctx) => ctx.patched("id"),
};

for (const [name, call] of Object.entries(calls)) {
  test(`ctx.${name} outside of a turn throws, and the instance is not continued`, async () => {
    const { engine, ctx, faults } = await leaky();
    assert.throws(
      () => call(ctx),
      (error) => error instanceof OutsideTurnError && error.message.includes(`ctx.${name} was`),
    );
    assert.equal(faults.length, 1);
    assert.ok(faults[0] instanceof OutsideTurnError);
    assert.ok(engine.isOver);
    const turn = await engine.turn([arrived("box", 1)], 9_000);
    assert.deepEqual(turn.events, []);
    assert.deepEqual(turn.outcome, { kind: "fault", error: faults[0] });
  });
}

test("what only looks may be asked at any time", async () => {
  const { ctx, faults } = await leaky();
  assert.deepEqual([ctx.now(), ctx.instanceId, ctx.isReplaying], [2_000, "test-1", false]);
  ctx.log.info("hello");
  assert.deepEqual(faults, []);
});

test("a context is noticed in the hands of another orchestration, even during its own turn", async () => {
  let leaked!: OrchestrationContext;
  const owner = engineFor(
    async (ctx) => {
      leaked = ctx;
      await ctx.receive("box");
      for (let hop = 0; hop < 50; hop += 1) await Promise.resolve();
      await ctx.receive("box");
    },
    { instanceId: "owner" },
  );
  const thief = engineFor(
    async (ctx) => {
      await ctx.receive("box");
      await leaked.activity("stolen");
    },
    { instanceId: "thief" },
  );
  await Promise.all([owner.turn([started()], 1_000), thief.turn([started()], 1_000)]);
  const [owners, thiefs] = await Promise.all([
    owner.turn([arrived("box", 1)], 2_000),
    thief.turn([arrived("box", 1)], 2_000),
  ]);
  assert.ok(owners.outcome.kind === "fault" && owners.outcome.error instanceof OutsideTurnError);
  assert.ok(owners.events.every(({ kind }) => kind !== "ActivityScheduled"));
  assert.equal(thiefs.outcome.kind === "ended" && thiefs.outcome.event.kind, "OrchestrationFailed");
});

test("a signal that is aborted outside of a turn ends the instance, and throws at nobody", async () => {
  const controller = new AbortController();
  const uncaught: unknown[] = [];
  const listen = (error: unknown) => void uncaught.push(error);
  process.on("uncaughtException", listen);
  const { faults, engine } = await leaky((ctx) => ctx.activity("work", 1, { signal: controller.signal }));
  controller.abort();
  await later();
  process.off("uncaughtException", listen);
  assert.deepEqual(uncaught, []);
  assert.ok(faults[0] instanceof OutsideTurnError);
  assert.match(faults[0].message, /The signal of activity "work" was aborted while "test-1" was not being run/);
  assert.ok(engine.isOver);
});

test("waiting for nothing that is durable is found at the end of the turn", async () => {
  const { last } = await live(() => new Promise(() => undefined), [[started()]]);
  assert.ok(last.outcome.kind === "fault" && last.outcome.error instanceof ForeignAwaitError);
  assert.match(last.outcome.error.message, /"test-1" waits for a promise that is not durable/);
});

test("waiting for nothing that is durable is found in a replay", async () => {
  let isForeign = false;
  const body: Body = async (ctx) => {
    await ctx.activity("work");
    await (isForeign ? new Promise(() => undefined) : ctx.receive("box"));
  };
  const { history } = await live(body, [[started()]]);
  const waiting = await live(body, [[started()], [completed(2)]]);
  isForeign = true;
  const engine = engineFor(body);
  assert.equal((await engine.replay(history)).kind, "waiting");
  const { outcome } = await engine.turn([completed(2)], 9_000);
  assert.equal(outcome.kind === "fault" && outcome.error.code, "FOREIGN_AWAIT");
  const replayed = await engineFor(body).replay(waiting.history);
  assert.equal(replayed.kind === "fault" && replayed.error.code, "NONDETERMINISM");
});

for (const how of ["resolve", "reject"] as const) {
  test(`a function that settles outside of a turn has waited for something foreign (${how})`, async () => {
    const foreign = Promise.withResolvers<void>();
    const faults: PerdureError[] = [];
    const body: Body = (ctx) => Promise.race([ctx.receive("box"), foreign.promise]);
    const { engine, last } = await live(body, [[started()]], { onFault: (error) => void faults.push(error) });
    assert.deepEqual(last.outcome, { kind: "waiting" });
    foreign[how]();
    await later();
    assert.ok(faults[0] instanceof ForeignAwaitError);
    assert.ok(engine.isOver);
    assert.equal((await engine.turn([arrived("box", 1)], 9_000)).outcome.kind, "fault");
  });
}

test("a function that was left is heard of no more", async () => {
  const foreign = Promise.withResolvers<void>();
  const faults: PerdureError[] = [];
  const body: Body = async (ctx) => {
    await Promise.race([ctx.receive("box"), foreign.promise]);
    void ctx.activity("never");
  };
  const { engine } = await live(body, [[started()]], { onFault: (error) => void faults.push(error) });
  engine.dispose();
  foreign.resolve();
  await later();
  assert.deepEqual(faults, []);
});

test("random numbers taken outside of a turn do not move the ones that replay repeats", async () => {
  let scope: ReturnType<typeof currentScope>;
  const body: Body = async (ctx) => {
    scope = currentScope();
    const first = ctx.random();
    await ctx.receive("box");
    return [first, ctx.random(), ctx.uuid()];
  };
  const numbers = async (disturb: boolean) => {
    const { engine } = await live(body, [[started()]]);
    if (disturb) assert.ok([scope?.random(), scope?.uuid(), scope?.bytes(8)].every((value) => value !== undefined));
    const { events } = await engine.turn([arrived("box", 1)], 9_000);
    return (events.at(-1) as { payload: string }).payload;
  };
  assert.equal(await numbers(true), await numbers(false));
});
