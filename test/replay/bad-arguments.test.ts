import assert from "node:assert/strict";
import { test } from "node:test";
import { type OrchestrationContext, activity, event, mailbox, orchestration } from "../../src/definition/index.ts";
import { kinds, live, started } from "../support/replay-harness.ts";

// As if the caller had no types.
type Untyped = Record<keyof OrchestrationContext, (...args: unknown[]) => unknown>;

const work = activity("work", () => null);
const child = orchestration("child", () => null);
const box = mailbox("box");
const go = event("go");
const cyclic: { self?: unknown } = {};
cyclic.self = cyclic;
const long = "x".repeat(256);

const invalid = "INVALID_ARGUMENT";
const limit = "LIMIT_EXCEEDED";
const unserializable = "UNSERIALIZABLE_VALUE";

const calls: readonly [code: string, mentions: RegExp, call: (ctx: Untyped) => unknown][] = [
  [invalid, /activity name is empty/, (ctx) => ctx.activity("")],
  [invalid, /activity name "a@b"/, (ctx) => ctx.activity("a@b")],
  [invalid, /undefined as the activity/, (ctx) => ctx.activity()],
  [invalid, /as the activity/, (ctx) => ctx.activity(child)],
  [invalid, /as the activity/, (ctx) => ctx.activity(async () => null)],
  [invalid, /as the activity/, (ctx) => ctx.activity({ kind: "activity" })],
  [limit, /activity name/, (ctx) => ctx.activity(long)],
  [unserializable, /input\.callback/, (ctx) => ctx.activity(work, { callback: () => null })],
  [unserializable, /input\.self/, (ctx) => ctx.activity(work, cyclic)],
  [unserializable, /input/, (ctx) => ctx.activity(work, Promise.resolve(1))],
  [
    unserializable,
    /input threw when it was read/,
    (ctx) =>
      ctx.activity(work, {
        get broken() {
          throw new Error("getter");
        },
      }),
  ],
  [limit, /input takes .* bytes/, (ctx) => ctx.activity(work, "x".repeat(2_000))],
  [invalid, /timeout of activity "work"/, (ctx) => ctx.activity(work, 1, { timeout: "soon" })],
  [invalid, /timeout/, (ctx) => ctx.activity(work, 1, { attemptTimeout: -1 })],
  [invalid, /queue/, (ctx) => ctx.activity(work, 1, { queue: "a/b" })],
  [invalid, /retry\.maxAttempts/, (ctx) => ctx.activity(work, 1, { retry: { maxAttempts: 0 } })],
  [invalid, /retry is "often"/, (ctx) => ctx.activity(work, 1, { retry: "often" })],
  [invalid, /nonRetryable/, (ctx) => ctx.activity(work, 1, { retry: { nonRetryable: "E" } })],
  [invalid, /options is null/, (ctx) => ctx.activity(work, 1, null)],
  [invalid, /signal of activity "work"/, (ctx) => ctx.activity(work, 1, { signal: new AbortController() })],
  [invalid, /sleep duration/, (ctx) => ctx.sleep()],
  [invalid, /sleep duration/, (ctx) => ctx.sleep(Number.NaN)],
  [invalid, /sleep duration/, (ctx) => ctx.sleep("1 hour")],
  [invalid, /sleep duration/, (ctx) => ctx.sleep(-1)],
  [invalid, /signal of sleep/, (ctx) => ctx.sleep(1, { signal: 1 })],
  [invalid, /sleepUntil/, (ctx) => ctx.sleepUntil(new Date(Number.NaN))],
  [invalid, /sleepUntil/, (ctx) => ctx.sleepUntil("2030-01-01")],
  [invalid, /sleepUntil/, (ctx) => ctx.sleepUntil(null)],
  [invalid, /sleepUntil/, (ctx) => ctx.sleepUntil(Number.POSITIVE_INFINITY)],
  [invalid, /as the event/, (ctx) => ctx.waitForEvent(box)],
  [invalid, /event name/, (ctx) => ctx.waitForEvent("")],
  [invalid, /timeout of event "go"/, (ctx) => ctx.waitForEvent(go, { timeout: {} })],
  [invalid, /as the mailbox/, (ctx) => ctx.receive(go)],
  [invalid, /as the mailbox/, (ctx) => ctx.receive()],
  [invalid, /mailbox "box" options/, (ctx) => ctx.receive(box, "1s")],
  [invalid, /as the orchestration/, (ctx) => ctx.subOrchestration(work)],
  [invalid, /version/, (ctx) => ctx.subOrchestration(child, 1, { version: "1" })],
  [invalid, /instanceId is empty/, (ctx) => ctx.subOrchestration(child, 1, { instanceId: "" })],
  [limit, /instanceId/, (ctx) => ctx.subOrchestration(child, 1, { instanceId: long })],
  [invalid, /instanceId is 7/, (ctx) => ctx.subOrchestration(child, 1, { instanceId: 7 })],
  [invalid, /onParentEnd/, (ctx) => ctx.subOrchestration(child, 1, { onParentEnd: "ignore" })],
  [invalid, /timeout of sub-orchestration "child"/, (ctx) => ctx.subOrchestration(child, 1, { timeout: "1y" })],
  [unserializable, /input/, (ctx) => ctx.subOrchestration(child, Symbol("s"))],
  [invalid, /as the orchestration/, (ctx) => ctx.startOrchestration(null)],
  [invalid, /version/, (ctx) => ctx.startOrchestration(child, 1, { version: "latest" })],
  [invalid, /instanceId/, (ctx) => ctx.startOrchestration(child, 1, { instanceId: "a\nb" })],
  [unserializable, /input/, (ctx) => ctx.startOrchestration(child, () => null)],
  [invalid, /version/, (ctx) => ctx.continueAsNew(1, { version: "" })],
  [invalid, /continueAsNew options/, (ctx) => ctx.continueAsNew(1, "2.0.0")],
  [unserializable, /input/, (ctx) => ctx.continueAsNew(() => null)],
  [unserializable, /customStatus/, (ctx) => ctx.setCustomStatus(new WeakMap())],
  [limit, /customStatus/, (ctx) => ctx.setCustomStatus("x".repeat(2_000))],
];

for (const [code, mentions, call] of calls) {
  test(`refused where the call stands, with nothing scheduled: ${String(call).replaceAll(/\s+/g, " ")}`, async () => {
    const limits = {
      payloadBytes: 1_000,
      events: 100,
      openOperations: 100,
      stateKeys: 1,
      nameBytes: 255,
      idBytes: 255,
      suggestContinueAfter: 9,
    };
    let thrown: unknown;
    const { history } = await live(
      (ctx) => {
        try {
          call(ctx as unknown as Untyped);
        } catch (error) {
          thrown = error;
        }
      },
      [[started()]],
      { limits },
    );
    assert.ok(thrown instanceof Error, "nothing was thrown");
    assert.equal((thrown as { code?: string }).code, code, String(thrown));
    assert.match(thrown.message, mentions);
    assert.deepEqual(kinds(history), ["OrchestrationStarted", "OrchestrationCompleted"]);
  });
}

test("an argument error that nobody catches fails the function", async () => {
  const { history } = await live((ctx) => ctx.activity(""), [[started()]]);
  const end = history.at(-1);
  assert.equal(end?.kind === "OrchestrationFailed" && end.failure.code, invalid);
});

const results: readonly [name: string, code: string, value: unknown][] = [
  ["a function", unserializable, () => null],
  ["a cycle", unserializable, cyclic],
  ["an iterator", unserializable, [1].values()],
  ["too much", limit, "x".repeat(2_000)],
];

for (const [name, code, value] of results) {
  test(`a function that returns ${name} has failed`, async () => {
    const limits = {
      payloadBytes: 1_000,
      events: 100,
      openOperations: 100,
      stateKeys: 1,
      nameBytes: 255,
      idBytes: 255,
      suggestContinueAfter: 9,
    };
    const { history } = await live(() => value, [[started()]], { limits });
    const end = history.at(-1);
    assert.equal(end?.kind === "OrchestrationFailed" && end.failure.code, code);
    assert.match(end?.kind === "OrchestrationFailed" ? end.failure.message : "", /^result/);
  });
}
