import assert from "node:assert/strict";
import { test } from "node:test";
import type { LogLevel } from "../../src/definition/index.ts";
import { type Body, completed, engineFor, failed, fired, kinds, live, started } from "../support/replay-harness.ts";

/** Everything that a function can see, at each of its steps, twice: once live and once led through the same history. */
async function seenTwice(body: (see: (value: unknown) => void) => Body, turns: Parameters<typeof live>[1]) {
  const seen: unknown[] = [];
  const { history } = await live(
    body((value) => void seen.push(value)),
    turns,
  );
  const again: unknown[] = [];
  await engineFor(body((value) => void again.push(value))).replay(history);
  return { seen, again };
}

test("now, random, uuid and what the context says of itself are the same on replay", async () => {
  const parent = { instanceId: "parent-1", runId: "r", executionId: 3, eventId: 7 };
  const { seen, again } = await seenTwice(
    (see) => async (ctx) => {
      for (let step = 0; step < 3; step += 1) {
        see([ctx.now(), ctx.random(), ctx.uuid(), ctx.random()]);
        await ctx.activity("step");
      }
      see([ctx.instanceId, ctx.runId, ctx.executionId, ctx.name, ctx.version, ctx.parent]);
    },
    [[started(null, { parent, executionId: 2 })], [completed(2)], [completed(4)], [completed(6)]],
  );
  assert.equal(seen.length, 4);
  assert.deepEqual(again, seen);
  assert.deepEqual(seen.at(-1), ["test-1", "run-1", 2, "test", "1.0.0", { instanceId: "parent-1", executionId: 3 }]);
  const steps = seen.slice(0, 3) as [number, number, string, number][];
  assert.deepEqual(
    steps.map(([now]) => now),
    [2_000, 3_000, 4_000],
  );
  assert.equal(new Set(steps.flatMap(([, a, uuid, b]) => [a, uuid, b])).size, 9);
  for (const [, random, uuid] of steps) {
    assert.ok(random >= 0 && random < 1);
    assert.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  }
});

test("other runs and other executions have other random numbers", async () => {
  const first = async (more: object) => {
    const { history } = await live((ctx) => ctx.random(), [[started(null, more)]]);
    return (history.at(-1) as { payload: string }).payload;
  };
  const numbers = await Promise.all([first({}), first({ runId: "run-2" }), first({ executionId: 2 }), first({})]);
  assert.equal(new Set(numbers).size, 3);
  assert.equal(numbers[0], numbers[3]);
});

test("to continue as new is suggested once the history is long, at the same place on replay", async () => {
  const limits = {
    payloadBytes: 1_000,
    events: 100,
    openOperations: 10,
    stateKeys: 1,
    nameBytes: 255,
    idBytes: 255,
    suggestContinueAfter: 5,
  };
  const run = (to: unknown[]): Body => {
    return async (ctx) => {
      for (;;) {
        to.push(ctx.continueAsNewSuggested);
        await ctx.activity("step");
      }
    };
  };
  const seen: unknown[] = [];
  const again: unknown[] = [];
  const { history } = await live(run(seen), [[started()], [completed(2)], [completed(4)], [completed(6)]], { limits });
  await engineFor(run(again), { limits }).replay(history);
  assert.deepEqual(seen, [false, false, true, true]);
  assert.deepEqual(again, seen);
});

test("isReplaying is true for what was done before, and false from there on", async () => {
  const seen: boolean[] = [];
  const body: Body = async (ctx) => {
    seen.push(ctx.isReplaying);
    await ctx.activity("first");
    seen.push(ctx.isReplaying);
    await ctx.activity("second");
    seen.push(ctx.isReplaying);
  };
  const { history } = await live(body, [[started()], [completed(2)]]);
  assert.deepEqual(seen.splice(0), [false, false]);
  const engine = engineFor(body);
  await engine.replay(history);
  assert.deepEqual(seen, [true, true]);
  await engine.turn([completed(4)], 9_000);
  assert.deepEqual(seen, [true, true, false]);
});

test("a line is logged once, when the function first comes to it", async () => {
  const lines: [LogLevel, object, string][] = [];
  const log = (level: LogLevel, fields: object, message: string) => void lines.push([level, fields, message]);
  const body: Body = async (ctx) => {
    ctx.log.info("begins");
    await ctx.activity("first").catch((error: Error) => ctx.log.error(error, "went wrong"));
    ctx.log.warn({ n: 1 }, "goes on");
    await ctx.activity("second");
    ctx.log.debug({ n: 2 }, "ends");
  };
  const { history } = await live(body, [[started()], [failed(2, "broken")]], { log });
  assert.equal(lines.length, 3);
  const [first, second, third] = lines.splice(0);
  assert.deepEqual(first, ["info", {}, "begins"]);
  const { err } = (second?.[1] ?? {}) as { err?: Error };
  assert.deepEqual([err?.message, second?.[2]], ["broken", "went wrong"]);
  assert.deepEqual(third, ["warn", { n: 1 }, "goes on"]);
  const engine = engineFor(body, { log });
  await engine.replay(history);
  assert.deepEqual(lines, []);
  await engine.turn([completed(4)], 9_000);
  assert.deepEqual(lines, [["debug", { n: 2 }, "ends"]]);
});

test("a logger that throws does not change what the function does", async () => {
  const log = () => {
    throw new Error("disk full");
  };
  const { last } = await live((ctx) => ctx.log.info("hello"), [[started()]], { log });
  assert.equal(last.outcome.kind === "ended" && last.outcome.event.kind, "OrchestrationCompleted");
});

test("every method can be taken off the context", async () => {
  const body: Body = async (ctx) => {
    // oxlint-disable-next-line typescript/unbound-method -- this is what is tested
    const { activity, sleep, now, random, uuid, log, setCustomStatus, receive, startOrchestration } = ctx;
    const { info } = log;
    info("taken off");
    setCustomStatus(typeof now() + typeof random() + typeof uuid());
    void receive("box");
    const id = await startOrchestration("other", null, { instanceId: "other-1" });
    await Promise.all([activity("first"), sleep(1)]);
    return id;
  };
  const { history } = await live(body, [[started()], [completed(5), fired(6)]]);
  assert.equal((history[1] as { payload: string }).payload, '"numbernumberstring"');
  assert.equal((history.at(-1) as { payload: string }).payload, '"other-1"');
});

test("the default id of a child is its place in this run and execution, and short enough to be given", async () => {
  const idOf = async (instanceId: string) => {
    const { history } = await live((ctx) => ctx.subOrchestration("child"), [[started()]], { instanceId });
    return (history[1] as { instanceId: string }).instanceId;
  };
  assert.equal(await idOf("order-1"), "order-1::run-1.1.2");
  assert.equal(await idOf("x".repeat(255)), "::run-1.1.2");
  // A long way from 255 characters, and still too many bytes.
  assert.equal(await idOf("界".repeat(85)), "::run-1.1.2");
});

test("the default id of a child is the same when a patch before it is no longer asked for", async () => {
  const patched: Body = (ctx) => (ctx.patched("faster") ? ctx.subOrchestration("child") : ctx.sleep("1h"));
  const cleaned: Body = (ctx) => ctx.subOrchestration("child");
  const { history } = await live(patched, [[started()]]);
  assert.deepEqual(kinds(history), ["OrchestrationStarted", "PatchMarked", "SubOrchestrationScheduled"]);
  for (const body of [patched, cleaned]) assert.deepEqual(await engineFor(body).replay(history), { kind: "waiting" });
});

test("two children never get the same id, even if reading one's input starts the other", async () => {
  const body: Body = async (ctx) => {
    const outer = ctx.subOrchestration("outer", {
      get inner() {
        void ctx.subOrchestration("inner");
        return 1;
      },
    });
    await outer;
  };
  const { history } = await live(body, [[started()]]);
  const ids = history.flatMap((event) => (event.kind === "SubOrchestrationScheduled" ? [event.instanceId] : []));
  assert.deepEqual(new Set(ids).size, ids.length);
  assert.ok(ids.length >= 2);
  assert.deepEqual(await engineFor(body).replay(history), { kind: "waiting" });
});

test("errors that the engine makes look the same in a turn and in a replay", async () => {
  const { seen, again } = await seenTwice(
    (see) => async (ctx) => {
      const controller = new AbortController();
      const results = await Promise.allSettled([
        ctx.activity("work"),
        ctx.receive("box", { timeout: "1s" }),
        ctx.sleep("1h", { signal: AbortSignal.abort("why") }),
        ctx.subOrchestration("child"),
        Promise.resolve(controller.abort()),
      ]);
      for (const each of results) {
        const error = each.status === "rejected" ? (each.reason as Error) : new Error("none");
        if (each.status === "rejected") see([error.name, error.message, error.stack, (error.cause as Error)?.stack]);
      }
      await ctx.activity("wait");
    },
    [
      [started()],
      [
        failed(2),
        fired(3),
        { kind: "SubOrchestrationFailed", scheduledId: 4, failure: { name: "TypeError", message: "no" } },
      ],
    ],
  );
  assert.equal(seen.length, 4);
  assert.deepEqual(again, seen);
});

test("a caught error may be a custom status, also when code above it has moved", async () => {
  const before: Body = async (ctx) => {
    await ctx.activity("work").catch((error: unknown) => ctx.setCustomStatus({ error, own: new Error("own") }));
    await ctx.activity("more");
  };
  const after: Body = async (ctx) => {
    await ctx.activity("work").catch((error: unknown) => ctx.setCustomStatus({ error, own: new Error("own") }));
    await ctx.activity("more");
  };
  const { history } = await live(before, [[started()], [failed(2)]]);
  const status = (history[3] as { payload: string }).payload;
  assert.match(status, /context\.test\.ts/);
  assert.doesNotMatch(status, /engine\.ts|node:internal/);
  for (const body of [before, after]) assert.deepEqual(await engineFor(body).replay(history), { kind: "waiting" });
});

test("a limit that was lowered does not concern what was stored before", async () => {
  const body: Body = async (ctx) => {
    ctx.setCustomStatus("x".repeat(1_000));
    await ctx.activity("work", "y".repeat(1_000));
    await ctx.activity("more", "z".repeat(1_000));
  };
  const { history } = await live(body, [[started()]]);
  const limits = {
    payloadBytes: 500,
    events: 2,
    openOperations: 1,
    stateKeys: 1,
    nameBytes: 255,
    idBytes: 255,
    suggestContinueAfter: 1,
  };
  const engine = engineFor(body, { limits });
  assert.deepEqual(await engine.replay(history), { kind: "waiting" });
  const { outcome } = await engine.turn([completed(3)], 9_000);
  const failure = outcome.kind === "ended" && outcome.event.kind === "OrchestrationFailed" && outcome.event.failure;
  assert.equal(failure && failure.code, "LIMIT_EXCEEDED");
});
