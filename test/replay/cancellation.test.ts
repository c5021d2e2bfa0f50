import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { AbortError, CancelledError } from "../../src/errors/index.ts";
import {
  type Body,
  arrived,
  cancelled,
  completed,
  engineFor,
  fired,
  kinds,
  live,
  raised,
  started,
} from "../support/replay-harness.ts";

const openAll: Body = (ctx) =>
  Promise.allSettled([
    ctx.activity("work"),
    ctx.sleep("1h"),
    ctx.subOrchestration("child"),
    ctx.waitForEvent("go"),
    ctx.receive("box"),
  ]);

test("a request to cancel gives up every open operation, in the order in which they were scheduled", async () => {
  const { history, last } = await live(openAll, [[started()], [completed(2)], [cancelled("enough")]]);
  assert.deepEqual(kinds(history).slice(6), [
    "ActivityCompleted",
    "CancelRequested",
    ...Array.from({ length: 4 }, () => "OperationCancelled"),
    "OrchestrationCompleted",
  ]);
  const givenUp = history.flatMap((event) => (event.kind === "OperationCancelled" ? [event] : []));
  assert.deepEqual(
    givenUp.map(({ scheduledId, cause }) => [scheduledId, cause]),
    [3, 4, 5, 6].map((id) => [id, "cancel"]),
  );
  assert.deepEqual(
    last.closed.map(({ eventId, by }) => [eventId, by]),
    [3, 4, 5, 6].map((id) => [id, "cancel"]),
  );
  assert.deepEqual(await engineFor(openAll).replay(history), last.outcome);
});

test("what was open rejects with a CancelledError that has the reason", async () => {
  const errors: unknown[] = [];
  const body: Body = async (ctx) => {
    await ctx.activity("work").catch((error: unknown) => errors.push(error));
  };
  await live(body, [[started()], [cancelled("enough")]]);
  const [error] = errors;
  assert.ok(error instanceof CancelledError);
  assert.equal(error.reason, "enough");
});

test("cleanup may schedule work, which the request does not touch", async () => {
  const body: Body = async (ctx) => {
    try {
      await ctx.activity("work");
    } finally {
      await ctx.activity("undo");
    }
  };
  const { history, turns, last } = await live(body, [[started()], [cancelled()], [cancelled("again")], [completed(5)]]);
  assert.deepEqual(turns[1]?.outcome, { kind: "waiting" });
  assert.deepEqual(turns[2]?.dispositions, [{ dropped: "cancellation was requested before" }]);
  assert.deepEqual(turns[2]?.events, []);
  assert.equal(history.at(-1)?.kind, "OrchestrationCancelled");
  assert.deepEqual(await engineFor(body).replay(history), last.outcome);
});

const ends: readonly [name: string, kind: string, body: Body][] = [
  ["that returns after catching it has completed", "OrchestrationCompleted", (ctx) => ctx.sleep(9).catch(() => "fine")],
  ["that lets it through is cancelled", "OrchestrationCancelled", (ctx) => ctx.sleep(9)],
  [
    "that throws it anew is cancelled",
    "OrchestrationCancelled",
    (ctx) =>
      ctx.sleep(9).catch(() => {
        throw new CancelledError("mine");
      }),
  ],
  [
    "that throws something else has failed",
    "OrchestrationFailed",
    (ctx) =>
      ctx.sleep(9).catch((cause: unknown) => {
        throw new Error("undo failed", { cause });
      }),
  ],
];

for (const [name, kind, body] of ends) {
  test(`a function ${name}`, async () => {
    const { history, last } = await live(body, [[started()], [cancelled("enough")]]);
    assert.equal(history.at(-1)?.kind, kind);
    assert.deepEqual(await engineFor(body).replay(history), last.outcome);
  });
}

test("a CancelledError that nobody asked for is an error like any other", async () => {
  const { history } = await live(() => Promise.reject(new CancelledError("mine")), [[started()]]);
  assert.equal(history.at(-1)?.kind, "OrchestrationFailed");
});

test("a request that comes with the start still finds what the start has scheduled", async () => {
  const { history } = await live((ctx) => ctx.activity("work"), [[started(), cancelled(), completed(2)]]);
  assert.deepEqual(kinds(history), [
    "OrchestrationStarted",
    "ActivityScheduled",
    "CancelRequested",
    "OperationCancelled",
    "OrchestrationCancelled",
  ]);
});

// --- giving up one operation -------------------------------------------------------------------------------------

test("a signal gives up one operation, by a decision, with the reason as the cause", async () => {
  const body: Body = async (ctx) => {
    const controller = new AbortController();
    const slow = ctx.activity("slow", null, { signal: controller.signal }).catch((error: unknown) => error);
    const fast = await ctx.activity("fast");
    controller.abort(new RangeError("too slow"));
    const error = (await slow) as AbortError;
    await ctx.receive("box");
    return [fast, error instanceof AbortError, error.message, (error.cause as Error).message];
  };
  const turns = [[started()], [completed(3, 1)], [completed(2, "late"), arrived("box", 0)]];
  const { history, last } = await live(body, turns);
  assert.deepEqual(kinds(history).slice(3, 6), ["ActivityCompleted", "OperationCancelled", "ReceiveOpened"]);
  assert.deepEqual(last.dispositions, [{ dropped: "its operation has ended before" }, "recorded"]);
  const { payload } = history.at(-1) as { payload: string };
  assert.deepEqual(JSON.parse(payload), [1, true, 'Waiting for activity "slow" was aborted.', "too slow"]);
  assert.deepEqual(await engineFor(body).replay(history), last.outcome);
});

test("one signal gives up many operations in the order in which they were scheduled, and warns of no leak", async () => {
  const warnings: unknown[] = [];
  const listen = (warning: Error) => void warnings.push(warning);
  process.on("warning", listen);
  const body: Body = async (ctx) => {
    const controller = new AbortController();
    const { signal } = controller;
    const calls = Array.from({ length: 20 }, (_, index) => ctx.activity(`work-${index}`, null, { signal }));
    controller.abort();
    controller.abort();
    return (await Promise.allSettled(calls)).map(({ status }) => status);
  };
  const { history } = await live(body, [[started()]]);
  const ids = history.flatMap((event) => (event.kind === "OperationCancelled" ? [event.scheduledId] : []));
  assert.deepEqual(
    ids,
    Array.from({ length: 20 }, (_, index) => index + 2),
  );
  await new Promise((resolve) => setImmediate(resolve));
  process.off("warning", listen);
  assert.deepEqual(warnings, []);
});

test("a signal that is aborted already schedules nothing", async () => {
  const body: Body = async (ctx) => {
    const signal = AbortSignal.abort("no");
    const results = await Promise.allSettled([
      ctx.activity("work", null, { signal }),
      ctx.sleep("1s", { signal }),
      ctx.sleepUntil(0, { signal }),
      ctx.subOrchestration("child", null, { signal }),
      ctx.waitForEvent("go", { signal }),
      ctx.receive("box", { signal }),
    ]);
    return results.map((result) => result.status === "rejected" && (result.reason as Error).name);
  };
  const { history } = await live(body, [[started()]]);
  assert.deepEqual(kinds(history), ["OrchestrationStarted", "OrchestrationCompleted"]);
  const { payload } = history.at(-1) as { payload: string };
  assert.deepEqual(
    JSON.parse(payload),
    Array.from({ length: 6 }, () => "AbortError"),
  );
});

test("a receive with an aborted signal leaves the message to the next", async () => {
  const body: Body = async (ctx) => {
    await ctx.receive("gate");
    await ctx.receive("box", { signal: AbortSignal.abort() }).catch(() => undefined);
    return ctx.receive("box");
  };
  const { history } = await live(body, [[started()], [arrived("box", 1), arrived("gate", 0)]]);
  assert.equal((history.at(-1) as { payload: string }).payload, "1");
});

test("a signal is let go of when its operation ends, whatever ends it, and when the function is left", async () => {
  const signals: AbortSignal[] = [];
  const body: Body = async (ctx) => {
    const signal = () => {
      const controller = new AbortController();
      signals.push(controller.signal);
      return controller.signal;
    };
    await Promise.allSettled([
      ctx.activity("work", null, { signal: signal() }),
      ctx.receive("box", { signal: signal(), timeout: "1s" }),
      ctx.waitForEvent("go", { signal: signal() }),
      ctx.sleep("1h", { signal: signal() }),
    ]);
    await ctx.sleep("1h", { signal: signal() });
  };
  const listeners = () => signals.map((signal) => getEventListeners(signal, "abort").length);
  const { engine } = await live(body, [[started()]]);
  assert.deepEqual(listeners(), [1, 1, 1, 1]);
  await engine.turn([completed(2), fired(3), raised("go", 1)], 9_000);
  assert.deepEqual(listeners(), [0, 0, 0, 1]);
  await engine.turn([fired(5)], 9_000);
  assert.deepEqual(listeners(), [0, 0, 0, 0, 1]);
  engine.dispose();
  assert.deepEqual(listeners(), [0, 0, 0, 0, 0]);
});

test("a signal that is aborted after the end of its operation decides nothing", async () => {
  const body: Body = async (ctx) => {
    const controller = new AbortController();
    await ctx.activity("work", null, { signal: controller.signal });
    controller.abort();
  };
  const { history } = await live(body, [[started()], [completed(2)]]);
  assert.deepEqual(kinds(history).slice(2), ["ActivityCompleted", "OrchestrationCompleted"]);
});
