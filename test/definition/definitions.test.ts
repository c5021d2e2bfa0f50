import assert from "node:assert/strict";
import { test } from "node:test";
import {
  activity,
  activityHandler,
  anyVersionHandler,
  event,
  mailbox,
  orchestration,
  startHandler,
  versionHandler,
} from "../../src/definition/index.ts";

const run = () => null;

test("an activity has its name, its queue, and its options in milliseconds", () => {
  const charge = activity(
    "charge",
    {
      queue: "slow",
      timeout: "30s",
      scheduleToStart: "1m",
      scheduleToClose: 5_000,
      heartbeatTimeout: "1.5s",
      retry: {
        maxAttempts: 5,
        initialInterval: "10ms",
        backoff: 1,
        maxInterval: "1h",
        jitter: 0,
        nonRetryable: ["CARD"],
      },
    },
    run,
  );
  assert.deepEqual(
    { kind: charge.kind, name: charge.name, queue: charge.queue, run: charge.run },
    { kind: "activity", name: "charge", queue: "slow", run },
  );
  assert.deepEqual(charge.policy, {
    retry: {
      maxAttempts: 5,
      initialIntervalMs: 10,
      backoff: 1,
      maxIntervalMs: 3_600_000,
      jitter: 0,
      nonRetryable: ["CARD"],
    },
    startToCloseMs: 30_000,
    scheduleToStartMs: 60_000,
    scheduleToCloseMs: 5_000,
    heartbeatTimeoutMs: 1_500,
  });
});

test("options may be left out", () => {
  const plain = activity("plain", run);
  assert.deepEqual([plain.queue, plain.policy], ["default", {}]);
  assert.equal(orchestration("plain", run).version, "1.0.0");
  assert.equal(orchestration("plain", {}, run).version, "1.0.0");
});

test("an orchestration has its name, its version, and the place where it is defined", () => {
  const checkout = orchestration("checkout", { version: "2.1.0-rc.1" }, run);
  const { kind, name, version } = checkout;
  assert.deepEqual([kind, name, version, checkout.run], ["orchestration", "checkout", "2.1.0-rc.1", run]);
  assert.match(checkout.definedAt ?? "", /definitions\.test\.ts:\d+:\d+/);
});

test("events and mailboxes have a name", () => {
  assert.deepEqual(event("go"), { kind: "event", name: "go" });
  assert.deepEqual(mailbox("orders"), { kind: "mailbox", name: "orders" });
});

test("handlers of different things never look alike", () => {
  const handlers = [
    versionHandler("a", "1.0.0"),
    anyVersionHandler("a"),
    activityHandler("default", "a"),
    activityHandler("a", "default"),
    versionHandler("activity:default", "1.0.0"),
  ];
  assert.equal(new Set(handlers).size, handlers.length);
  assert.equal(startHandler("a", undefined), anyVersionHandler("a"));
  assert.equal(startHandler("a", "1.0.0"), versionHandler("a", "1.0.0"));
});

type Untyped = (...args: unknown[]) => unknown;
const define = { activity, orchestration, event, mailbox } as unknown as Record<string, Untyped>;

const refused: readonly [mentions: RegExp, kind: keyof typeof define, ...args: unknown[]][] = [
  [/activity name is empty/, "activity", "", run],
  [/activity name is undefined/, "activity"],
  [/activity name "a@b"/, "activity", "a@b", run],
  [/activity name " a"/, "activity", " a", run],
  [/activity "a" needs a function/, "activity", "a"],
  [/activity "a" needs a function/, "activity", "a", { queue: "q" }],
  [/activity "a" is given a generator function/, "activity", "a", function* () {}],
  [/activity "a" options is null/, "activity", "a", null, run],
  [/activity "a" options is "fast"/, "activity", "a", "fast", run],
  [/activity "a" queue/, "activity", "a", { queue: "a/b" }, run],
  [/activity "a" timeout is "soon"/, "activity", "a", { timeout: "soon" }, run],
  [/activity "a" heartbeatTimeout is -1/, "activity", "a", { heartbeatTimeout: -1 }, run],
  [/activity "a" retry is 3/, "activity", "a", { retry: 3 }, run],
  [/retry\.maxAttempts must be .* not 0/, "activity", "a", { retry: { maxAttempts: 0 } }, run],
  [/retry\.maxAttempts must be .* not 1.5/, "activity", "a", { retry: { maxAttempts: 1.5 } }, run],
  [/retry\.backoff must be .* not 0.5/, "activity", "a", { retry: { backoff: 0.5 } }, run],
  [/retry\.jitter must be .* not 2/, "activity", "a", { retry: { jitter: 2 } }, run],
  [/retry\.jitter must be .* not 0.5/, "activity", "a", { retry: { jitter: "0.5" } }, run],
  [/retry\.initialInterval is "1x"/, "activity", "a", { retry: { initialInterval: "1x" } }, run],
  [/retry\.nonRetryable must be/, "activity", "a", { retry: { nonRetryable: "CARD" } }, run],
  [/retry\.nonRetryable must be/, "activity", "a", { retry: { nonRetryable: [7] } }, run],
  [/orchestration name is 7/, "orchestration", 7, run],
  [/orchestration "a" needs a function/, "orchestration", "a", {}],
  [/orchestration "a" is given a generator function/, "orchestration", "a", async function* () {}],
  [/orchestration "a" options is null/, "orchestration", "a", null, run],
  [/"1.0" is not a version/, "orchestration", "a", { version: "1.0" }, run],
  [/not a version/, "orchestration", "a", { version: 1 }, run],
  [/event name is empty/, "event", ""],
  [/mailbox name is null/, "mailbox", null],
];

for (const [mentions, kind, ...args] of refused) {
  test(`${kind} refuses ${mentions.source}`, () => {
    assert.throws(
      () => define[kind]?.(...args),
      (error: Error & { code?: string }) => {
        assert.match(error.message, mentions);
        assert.equal(error.code, "INVALID_ARGUMENT");
        return true;
      },
    );
  });
}
