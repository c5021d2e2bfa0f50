import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { activity, orchestration } from "../../src/definition/index.ts";
import { ActivityError, NonRetryableError, TimeoutError, UnserializableValueError } from "../../src/errors/index.ts";
import { currentScope } from "../../src/replay/orchestration-scope.ts";
import { type World, inEveryMode } from "../support/world.ts";

const soon = { initialInterval: 1, jitter: 0 } as const;

async function kindsOf({ client }: World, instanceId: string): Promise<string[]> {
  return (await client.getHistory(instanceId)).map(({ kind }) => kind);
}

/** Whatever its activity ends with, the orchestration gives it as a result. */
function asResult(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch((error: unknown) => error);
}

function codedError(code: string): Error {
  return Object.assign(new Error(`failed with ${code}`), { code });
}

inEveryMode("retries back off at the queue and leave no trace in history", async (world) => {
  const attempts: { readonly attempt: number; readonly key: string; readonly at: number }[] = [];
  const flaky = activity("flaky", { retry: { maxAttempts: 4, initialInterval: 20, backoff: 2, jitter: 0 } }, (ctx) => {
    attempts.push({ attempt: ctx.attempt, key: ctx.idempotencyKey, at: performance.now() });
    assert.equal(ctx.idempotencyKey, ctx.activityId);
    if (ctx.attempt < 4) throw new Error("not yet");
    return ctx.attempt;
  });
  const caller = orchestration("caller", (ctx) => ctx.activity(flaky));
  await world.start({ orchestrations: [caller], activities: [flaky] });
  const handle = await world.client.start(caller, undefined, { instanceId: "c" });
  assert.equal(await handle.result({ timeout: "5s" }), 4);

  assert.deepEqual(
    attempts.map(({ attempt }) => attempt),
    [1, 2, 3, 4],
  );
  assert.equal(new Set(attempts.map(({ key }) => key)).size, 1);
  const pauses = attempts.slice(1).map(({ at }, index) => at - (attempts[index]?.at ?? 0));
  for (const [index, atLeast] of [20, 40, 80].entries()) assert.ok((pauses[index] ?? 0) >= atLeast - 2, String(pauses));
  assert.deepEqual(await kindsOf(world, "c"), [
    "OrchestrationStarted",
    "ActivityScheduled",
    "ActivityCompleted",
    "OrchestrationCompleted",
  ]);
});

inEveryMode("an activity that is tried again at once, whatever the factor, uses up its attempts", async (world) => {
  const retry = { maxAttempts: 5, initialInterval: 0, backoff: 1e300 } as const;
  const broken = activity("broken", { retry }, () => {
    throw codedError("E");
  });
  const caller = orchestration("caller", (ctx) => asResult(ctx.activity(broken)));
  await world.start({ orchestrations: [caller], activities: [broken] });
  const error = await (await world.client.start(caller)).result({ timeout: "5s" });
  assert.equal((error as ActivityError).attempts, 5);
});

inEveryMode("attempts that failed are counted across restarts", async (world) => {
  const attempts: number[] = [];
  const broken = activity(
    "broken",
    { retry: { maxAttempts: 4, initialInterval: "100ms", jitter: 0, backoff: 1 } },
    (ctx) => {
      attempts.push(ctx.attempt);
      throw codedError(`E${ctx.attempt}`);
    },
  );
  const caller = orchestration("caller", (ctx) => asResult(ctx.activity(broken)));
  const definitions = { orchestrations: [caller], activities: [broken] };
  let node = await world.start(definitions);
  const handle = await world.client.start(caller);
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    await world.until(`attempt ${attempt} has failed`, () => attempts.length >= attempt);
    await node.stop();
    node = await world.start(definitions);
  }
  const error = (await handle.result({ timeout: "10s" })) as ActivityError;
  assert.deepEqual([error.code, error.attempts], ["E4", 4]);
  assert.deepEqual(attempts, [1, 2, 3, 4]);
});

inEveryMode("an activity that used up its attempts fails with its last error, catchably", async (world) => {
  const broken = activity("broken", { retry: { ...soon, maxAttempts: 3 } }, (ctx) => {
    throw codedError(`E${ctx.attempt}`);
  });
  const caller = orchestration("caller", (ctx) => asResult(ctx.activity(broken)));
  await world.start({ orchestrations: [caller], activities: [broken] });
  const error = await (await world.client.start(caller)).result({ timeout: "5s" });
  assert.ok(error instanceof ActivityError);
  assert.deepEqual({ activity: error.activity, attempts: error.attempts }, { activity: "broken", attempts: 3 });
  assert.equal((error.cause as { code?: string }).code, "E3");
});

inEveryMode("nothing that is not worth a retry is retried", async (world) => {
  const retry = { ...soon, maxAttempts: 5, nonRetryable: ["E_FINAL", "RangeError"] };
  const causes = [codedError("E_FINAL"), new RangeError("out of range"), new NonRetryableError("never again")];
  const attempts: number[] = [];
  const broken = activity("broken", { retry }, (_ctx, cause: number) => {
    attempts.push(cause);
    throw causes[cause] as Error;
  });
  const caller = orchestration("caller", (ctx) =>
    Promise.allSettled(causes.map((_, cause) => ctx.activity(broken, cause))).then((all) =>
      all.map((one) => (one.status === "rejected" ? (one.reason as ActivityError).attempts : "no error")),
    ),
  );
  await world.start({ orchestrations: [caller], activities: [broken] });
  const handle = await world.client.start(caller);
  assert.deepEqual(await handle.result({ timeout: "5s" }), [1, 1, 1]);
  assert.deepEqual(
    attempts.toSorted((a, b) => a - b),
    [0, 1, 2],
  );
});

inEveryMode("an attempt that takes too long is told, and the next one begins", async (world) => {
  const reasons: unknown[] = [];
  const slow = activity("slow", { timeout: 30, retry: { ...soon, maxAttempts: 2 } }, async ({ signal, attempt }) => {
    if (attempt === 2) return "in time";
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    reasons.push(signal.reason);
    return "too late";
  });
  const caller = orchestration("caller", async (ctx) => [
    await ctx.activity(slow),
    await asResult(ctx.activity(slow, undefined, { retry: { maxAttempts: 1 } })),
  ]);
  await world.start({ orchestrations: [caller], activities: [slow] });
  const [first, second] = await (await world.client.start(caller)).result({ timeout: "5s" });
  assert.equal(first, "in time");
  assert.ok(second instanceof ActivityError && second.cause instanceof TimeoutError, String(second));
  assert.match(second.message, /"slow" took longer than 30 ms/);
  assert.ok(reasons.length === 2 && reasons.every((reason) => reason instanceof TimeoutError));
});

inEveryMode("the time for all attempts together ends the retries", async (world) => {
  const retry = { maxAttempts: 1_000, initialInterval: 20, backoff: 1, jitter: 0 };
  const stubborn = activity("stubborn", { retry, scheduleToClose: 100 }, () => {
    throw new Error("not yet");
  });
  const hanging = activity("hanging", { retry, scheduleToClose: 100 }, ({ signal, attempt }) => {
    if (attempt === 1) throw new Error("not yet");
    return new Promise((resolve) => signal.addEventListener("abort", resolve));
  });
  const caller = orchestration("caller", (ctx) =>
    Promise.all([asResult(ctx.activity(stubborn)), asResult(ctx.activity(hanging))]),
  );
  await world.start({ orchestrations: [caller], activities: [stubborn, hanging] });
  const [first, second] = await (await world.client.start(caller)).result({ timeout: "5s" });
  assert.ok(first instanceof ActivityError && first.attempts < 10, String(first));
  assert.ok(second instanceof ActivityError && second.cause instanceof TimeoutError, String(second));
  assert.equal(second.attempts, 2);
  assert.equal((second.cause.cause as Error).message, "not yet", "the last failure says what took so long");
});

inEveryMode("an activity that no slot becomes free for in time is not started", async (world) => {
  const started: string[] = [];
  const blocker = activity("blocker", ({ signal }, name: string) => {
    started.push(name);
    return new Promise((resolve) => signal.addEventListener("abort", resolve));
  });
  const caller = orchestration("caller", async (ctx) => {
    const first = ctx.activity(blocker, "first", { timeout: 200 });
    const second = await asResult(ctx.activity(blocker, "second", { scheduleToStart: 30 }));
    return [second, await asResult(first)];
  });
  await world.start({ orchestrations: [caller], activities: [blocker], concurrency: { activities: 1 } });
  const [second, first] = await (await world.client.start(caller)).result({ timeout: "5s" });
  assert.ok(second instanceof ActivityError && second.cause instanceof TimeoutError, String(second));
  assert.match(second.message, /No node started activity "blocker" of queue "default" within 30 ms/);
  assert.equal(second.attempts, 0);
  assert.ok(first instanceof TimeoutError);
  assert.deepEqual(started, ["first"]);
});

inEveryMode("the time to start in an activity's own options holds while no node has it", async (world) => {
  const absent = activity("absent", { scheduleToStart: 30 }, () => "never");
  const caller = orchestration("caller", (ctx) => asResult(ctx.activity(absent)));
  await world.start({ orchestrations: [caller] });
  const error = await (await world.client.start(caller)).result({ timeout: "5s" });
  assert.ok(error instanceof ActivityError && error.cause instanceof TimeoutError, String(error));
});

inEveryMode("an activity is heard of at whatever moment of its caller's turn it ends", async (world) => {
  const after = activity("after", (_ctx, { microtasks, fails }: { microtasks: number; fails: boolean }) => {
    let end: Promise<unknown> = Promise.resolve();
    for (let passed = 1; passed < microtasks; passed += 1) end = end.then(() => undefined);
    if (!fails) return microtasks === 0 ? "sync" : end;
    if (microtasks === 0) throw new Error("sync");
    return end.then(() => {
      throw new Error("async");
    });
  });
  const caller = orchestration("caller", async (ctx) => {
    for (let microtasks = 0; microtasks < 16; microtasks += 1) {
      await ctx.activity(after, { microtasks, fails: false });
      await asResult(ctx.activity(after, { microtasks, fails: true }));
    }
    return "heard of all";
  });
  await world.start({ orchestrations: [caller], activities: [after] });
  assert.equal(await (await world.client.start(caller)).result({ timeout: "5s" }), "heard of all");
});

inEveryMode("a result that cannot be stored fails the activity at once, and says where", async (world) => {
  let attempts = 0;
  const odd = activity("odd", { retry: { ...soon, maxAttempts: 3 } }, () => {
    attempts += 1;
    return { nested: { callback: () => undefined } };
  });
  const caller = orchestration("caller", (ctx) => asResult(ctx.activity(odd)));
  await world.start({ orchestrations: [caller], activities: [odd] });
  const error = await (await world.client.start(caller)).result({ timeout: "5s" });
  assert.ok(error instanceof ActivityError && error.cause instanceof UnserializableValueError, String(error));
  assert.match(error.message, /result\.nested\.callback/);
  assert.equal(attempts, 1);
});

inEveryMode("an activity may fail while nobody awaits it", async (world) => {
  const broken = activity("broken", () => {
    throw new Error("broken");
  });
  const fine = activity("fine", () => "fine");
  const late = orchestration("late", async (ctx) => {
    const promise = ctx.activity(broken);
    await ctx.sleep(20);
    return promise.catch((error: Error) => `caught: ${error.message}`);
  });
  const never = orchestration("never", async (ctx) => {
    void ctx.activity(broken);
    await ctx.sleep(20);
    return ctx.activity(fine);
  });
  await world.start({ orchestrations: [late, never], activities: [broken, fine] });
  assert.equal(await (await world.client.start(late)).result({ timeout: "5s" }), "caught: broken");
  assert.equal(await (await world.client.start(never)).result({ timeout: "5s" }), "fine");
});

inEveryMode("an activity runs outside the async context of whoever called it", async (world) => {
  const storage = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];
  const look = activity("look", async () => {
    seen.push(storage.getStore(), currentScope());
    await new Promise((resolve) => setTimeout(resolve, 1));
    seen.push(storage.getStore(), currentScope());
    return Math.abs(Date.now() - performance.timeOrigin - performance.now()) < 10_000;
  });
  const caller = orchestration("caller", (ctx) =>
    storage.run("inside", async () => [await ctx.activity(look), await ctx.activity(look)]),
  );
  await world.start({ orchestrations: [caller], activities: [look] });
  const handle = await storage.run("client", () => world.client.start(caller));
  assert.deepEqual(await handle.result({ timeout: "5s" }), [true, true]);
  assert.deepEqual(new Set(seen), new Set([undefined]));
});
