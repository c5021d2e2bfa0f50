import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { setImmediate as later } from "node:timers/promises";
import { absorbUncaughtErrors, releaseUncaughtErrors } from "../../src/replay/index.ts";
import { type Body, arrived, completed, engineFor, failed, kinds, live, started } from "../support/replay-harness.ts";

beforeEach(absorbUncaughtErrors);
afterEach(releaseUncaughtErrors);

const quiet = ["unhandledRejection", "rejectionHandled", "uncaughtException", "uncaughtExceptionMonitor", "warning"];

/** What the process is told of while something runs. */
async function toldWhile(run: () => Promise<unknown>): Promise<string[]> {
  const told: string[] = [];
  const listeners = quiet.map((name) => [name, () => void told.push(name)] as const);
  for (const [name, listener] of listeners) process.on(name, listener);
  await run();
  await later();
  await later();
  for (const [name, listener] of listeners) process.off(name, listener);
  return told;
}

test("an operation that fails before anybody waits for it is no event of the process, then or later", async () => {
  const body: Body = async (ctx) => {
    const doomed = ctx.activity("doomed");
    await ctx.receive("box");
    return await doomed.catch(() => "caught");
  };
  const told = await toldWhile(async () => {
    const { engine } = await live(body, [[started()], [failed(2)]]);
    await later();
    const turn = await engine.turn([arrived("box", 1)], 9_000);
    assert.equal(turn.outcome.kind, "ended");
  });
  assert.deepEqual(told, []);
});

test("operations given up by time limit, signal and cancellation are none either", async () => {
  const body: Body = async (ctx) => {
    const controller = new AbortController();
    void ctx.activity("one", 1, { timeout: "1s" });
    void ctx.activity("two", 1, { signal: controller.signal });
    void ctx.activity("three");
    controller.abort();
    await ctx.receive("box").catch(() => undefined);
  };
  const told = await toldWhile(() =>
    live(body, [[started()], [{ kind: "TimerFired", scheduledId: 2 }], [{ kind: "CancelRequested" }]]),
  );
  assert.deepEqual(told, []);
});

test("an exception that nothing can catch ends the function, at the same place on replay", async () => {
  const body: Body = async (ctx) => {
    await ctx.activity("work");
    queueMicrotask(() => {
      throw new RangeError("in a microtask");
    });
    for (let hop = 0; hop < 10; hop += 1) await Promise.resolve();
    await ctx.activity("never");
  };
  const told = await toldWhile(async () => {
    const { history, last } = await live(body, [[started()], [completed(2)]]);
    assert.deepEqual(kinds(history), [
      "OrchestrationStarted",
      "ActivityScheduled",
      "ActivityCompleted",
      "OrchestrationFailed",
    ]);
    assert.equal(last.outcome.kind, "ended");
    assert.deepEqual(await engineFor(body).replay(history), { kind: "ended", event: history.at(-1) });
  });
  assert.deepEqual(told, []);
});

test("an exception outside of a turn, in code that an orchestration left behind, ends that instance", async () => {
  const faults: unknown[] = [];
  const foreign = Promise.withResolvers<void>();
  const body: Body = async (ctx) => {
    void foreign.promise.then(() => {
      queueMicrotask(() => {
        throw new Error("much later");
      });
    });
    await ctx.receive("box");
  };
  const told = await toldWhile(async () => {
    await live(body, [[started()]], { onFault: (error) => void faults.push(error) });
    foreign.resolve();
  });
  assert.deepEqual(told, []);
  assert.match(String(faults[0]), /OutsideTurnError: An uncaught exception \(much later\) was thrown/);
});

const emitOf = (): unknown => Reflect.get(process, "emit");

test("process.emit is replaced once, however many use it, and put back by the last", () => {
  const absorbing = emitOf();
  absorbUncaughtErrors();
  assert.equal(emitOf(), absorbing);
  releaseUncaughtErrors();
  assert.equal(emitOf(), absorbing);
  releaseUncaughtErrors();
  assert.notEqual(emitOf(), absorbing);
  assert.ok(!Object.hasOwn(process, "emit"));
  absorbUncaughtErrors();
});

test("whoever wraps process.emit meanwhile keeps their wrapper, and ours does nothing in it any more", async () => {
  // oxlint-disable-next-line typescript/unbound-method -- called with its `this` below
  const { emit } = process;
  const wrapper = function (this: NodeJS.Process, ...args: unknown[]): boolean {
    return Reflect.apply(emit, this, args) as boolean;
  } as typeof process.emit;
  process.emit = wrapper;
  releaseUncaughtErrors();
  assert.equal(emitOf(), wrapper);
  const told = await toldWhile(() =>
    live((ctx) => Promise.all([ctx.activity("doomed"), ctx.receive("box")]), [[started()]]),
  );
  assert.deepEqual(told, []);
  delete (process as { emit?: unknown }).emit;
  absorbUncaughtErrors();
});
