import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { aesGcmCodec, withCodec } from "../../src/codec/index.ts";
import { activity, event, mailbox, orchestration } from "../../src/definition/index.ts";
import { ActivityError, ClosedError, InvalidArgumentError, TimeoutError } from "../../src/errors/index.ts";
import type { Provider } from "../../src/providers/contract.ts";
import { StuckTestError, TestEnvironment, type TestEnvironmentOptions } from "../../src/testing/index.ts";

const charge = activity("charge", { retry: { maxAttempts: 5 }, timeout: "1h" }, async (_ctx, amount: number) => {
  throw new Error(`the real charge of ${amount} was called`);
});
const double = activity("double", async (_ctx, value: number) => value * 2);
const approvals = mailbox<boolean>("approvals");

const modes: readonly [name: string, options: Partial<TestEnvironmentOptions>][] = [
  ["hydrated", {}],
  ["replayed from zero", { runtime: { dehydrateAfter: 0 } }],
];

for (const [mode, options] of modes) {
  const inEnvironment = (
    name: string,
    given: TestEnvironmentOptions,
    run: (env: TestEnvironment) => Promise<void>,
  ): void => {
    test(`${name} [${mode}]`, async () => {
      await using env = await TestEnvironment.open({ ...given, ...options });
      await run(env);
    });
  };

  const patient = orchestration("patient", async (ctx) => {
    await ctx.sleep("30d");
    return new Date(ctx.now()).toISOString();
  });

  inEnvironment("thirty days pass at once", { orchestrations: [patient] }, async (env) => {
    const startedMs = performance.now();
    const handle = await env.start(patient);
    assert.equal(await handle.result(), "2026-01-31T00:00:00.000Z");
    assert.deepEqual(env.now(), new Date("2026-01-31T00:00:00.000Z"));
    assert.ok(performance.now() - startedMs < 5_000);
  });

  inEnvironment("time moves only as far as it is moved", { orchestrations: [patient] }, async (env) => {
    const handle = await env.start(patient);
    await env.advance("29d");
    assert.equal((await handle.status()).status, "running");
    await env.advance("1d");
    assert.equal((await handle.status()).status, "completed");
    assert.deepEqual(env.now(), new Date("2026-01-31T00:00:00.000Z"));
  });

  const checkout = orchestration("checkout", async (ctx, amount: number) => ctx.activity(charge, amount));

  inEnvironment(
    "a stub takes the place of an activity, fails and takes its time",
    { orchestrations: [checkout] },
    async (env) => {
      env.stub(charge, async (amount, { attempt }) => `paid ${amount} at attempt ${attempt}` as never, {
        failures: 2,
        delay: "10m",
      });
      const handle = await env.start(checkout, 40);
      assert.equal(await handle.result(), "paid 40 at attempt 3");
      const executions = env.executions(charge);
      assert.deepEqual(
        executions.map(({ input, attempt }) => [input, attempt]),
        [
          [40, 1],
          [40, 2],
          [40, 3],
        ],
      );
      assert.equal(new Set(executions.map(({ idempotencyKey }) => idempotencyKey)).size, 1);
      // Executions of ten minutes, and before the next attempt the whole interval: one second, and then two.
      assert.deepEqual(
        executions.map(({ at }) => at.toISOString().slice(11, 19)),
        ["00:00:00", "00:10:01", "00:20:03"],
      );
    },
  );

  inEnvironment("executions of an unknown activity are not none", { orchestrations: [checkout] }, async (env) => {
    assert.throws(() => env.executions("charge"), /There is none/);
    env.stub(charge, async () => undefined as never);
    assert.deepEqual(env.executions("charge"), []);
    assert.throws(() => env.executions("chrage"), { code: "INVALID_ARGUMENT", message: /"chrage".*There is "charge"/ });
  });

  inEnvironment(
    "a stub fails for good with the errors that it was given",
    { orchestrations: [checkout] },
    async (env) => {
      const failures = Array.from({ length: 5 }, (_, index) => new Error(`broken ${index + 1}`));
      env.stub(charge, async () => undefined as never, { failures });
      const handle = await env.start(checkout, 1);
      await assert.rejects(handle.result(), (error) => error instanceof ActivityError && error.message === "broken 5");
      assert.equal(env.executions("charge").length, 5);
    },
  );

  inEnvironment(
    "an attempt that takes longer than its time limit fails in virtual time",
    { orchestrations: [checkout] },
    async (env) => {
      env.stub(charge, async () => undefined as never, { delay: "2h" });
      const handle = await env.start(checkout, 1);
      await assert.rejects(handle.result(), (error: Error) => (error.cause as Error) instanceof TimeoutError);
      assert.ok(env.now().getTime() > Date.UTC(2026, 0, 1, 5));
    },
  );

  const approval = orchestration("approval", async (ctx) => {
    try {
      return await ctx.receive(approvals, { timeout: "24h" });
    } catch {
      return "too late";
    }
  });

  inEnvironment(
    "nothing comes due while a message is sent, and it does when nobody sends one",
    { orchestrations: [approval] },
    async (env) => {
      const answered = await env.start(approval);
      await env.settle();
      await answered.send(approvals, true);
      assert.equal(await answered.result(), true);
      assert.deepEqual(env.now(), new Date("2026-01-01T00:00:00.000Z"));
      const late = await env.start(approval);
      assert.equal(await late.result(), "too late");
      assert.deepEqual(env.now(), new Date("2026-01-02T00:00:00.000Z"));
    },
  );

  const race = orchestration("race", async (ctx) => {
    const slow = async () => (await ctx.activity(double, 1), "activity");
    const timer = async () => (await ctx.sleep("1h"), "timer");
    return Promise.race([slow(), timer()]);
  });

  for (const [delay, winner] of [
    ["59m", "activity"],
    ["61m", "timer"],
  ] as const) {
    inEnvironment(`an activity of ${delay} against a timer of an hour`, { orchestrations: [race] }, async (env) => {
      env.stub(double, async (value) => value, { delay });
      assert.equal(await (await env.start(race)).result(), winner);
    });
  }

  const family = orchestration("family", async (ctx) => {
    const parts = await Promise.all([1, 2, 3].map((days) => ctx.subOrchestration(member, days)));
    return parts.join();
  });
  const member = orchestration("member", async (ctx, days: number) => {
    await ctx.sleep(`${days}d`);
    return ctx.activity(double, days);
  });

  inEnvironment(
    "children, and activities that are not stubbed",
    { orchestrations: [family, member], activities: [double] },
    async (env) => {
      assert.equal(await (await env.start(family)).result(), "2,4,6");
      assert.deepEqual(env.now(), new Date("2026-01-04T00:00:00.000Z"));
      assert.deepEqual(
        env.executions(double).map(({ at }) => at.toISOString().slice(8, 10)),
        ["02", "03", "04"],
      );
    },
  );

  inEnvironment(
    "several results are waited for at once",
    { orchestrations: [member], activities: [double] },
    async (env) => {
      const handles = await Promise.all([5, 1, 3].map((days) => env.start(member, days)));
      assert.deepEqual(await Promise.all(handles.map((handle) => handle.result())), [10, 2, 6]);
    },
  );
}

const noticing = orchestration("noticing", async (ctx) => {
  const [one, other] = await Promise.all([ctx.receive(approvals), ctx.waitForEvent(event<number>("paid"))]);
  return [one, other];
});

test("a test that would wait for ever is told what for", async () => {
  await using env = await TestEnvironment.open({ orchestrations: [noticing] });
  const handle = await env.start(noticing, undefined, { instanceId: "order-1" });
  await assert.rejects(handle.result(), (error) => {
    assert.ok(error instanceof StuckTestError);
    assert.match(error.message, /"order-1" has not ended, and nothing is due:/);
    assert.match(error.message, /approvals/);
    assert.match(error.message, /paid/);
    return true;
  });
  await handle.send(approvals, true);
  await handle.raiseEvent("paid", 3);
  assert.deepEqual(await handle.result(), [true, 3]);
});

test("a test whose activity is neither given nor stubbed is told so", async () => {
  const lost = orchestration("lost", async (ctx) => ctx.activity("ship"));
  await using env = await TestEnvironment.open({ orchestrations: [lost] });
  const handle = await env.start(lost);
  await assert.rejects(handle.result(), (error) => error instanceof StuckTestError && /ship/.test(error.message));
});

test("a test that starts what is not given is told so", async () => {
  await using env = await TestEnvironment.open({ orchestrations: [noticing] });
  const handle = await env.start("nobody");
  await assert.rejects(handle.result(), (error) => error instanceof StuckTestError && /nobody/.test(error.message));
});

test("what goes on for ever is given up", async () => {
  const eternal = orchestration("eternal", async (ctx): Promise<void> => {
    await ctx.sleep("1m");
    await ctx.continueAsNew();
  });
  await using env = await TestEnvironment.open({ orchestrations: [eternal], maxMoments: 100 });
  const handle = await env.start(eternal);
  await env.advance("10m");
  const [execution] = (await env.client.listExecutions(handle.instanceId)).toReversed();
  assert.equal(execution?.executionId, 11);
  await assert.rejects(handle.result(), /has not ended by 2026-01-01T01:50:00\.000Z, after 100 moments/);
});

test("an unknown activity is stubbed before the first start or not at all", async () => {
  const calls = orchestration("calls", async (ctx) => ctx.activity("anything", 7));
  await using env = await TestEnvironment.open({ orchestrations: [calls] });
  env.stub("anything", async (input: number) => input + 1);
  assert.equal(await (await env.start(calls)).result(), 8);
  assert.throws(() => env.stub("something", async () => 1), InvalidArgumentError);
  env.stub("anything", async (input: number) => input + 2);
  assert.equal(await (await env.start(calls)).result(), 9);
});

test("it does real waiting for real activities", async () => {
  const { setTimeout: pause } = await import("node:timers/promises");
  const real = activity("real", async () => pause(20, "done"));
  const waits = orchestration("waits", async (ctx) => ctx.activity(real, null));
  await using env = await TestEnvironment.open({ orchestrations: [waits], activities: [real] });
  assert.equal(await (await env.start(waits)).result(), "done");
  assert.deepEqual(env.now(), new Date("2026-01-01T00:00:00.000Z"));
});

test("after it is closed nothing is left, also if an execution was under way", async () => {
  const waits = orchestration("waits", async (ctx) => ctx.activity(double, 1));
  const env = await TestEnvironment.open({ orchestrations: [waits] });
  env.stub(double, async (value) => value, { delay: "1d" });
  await env.start(waits);
  await env.settle();
  await env.close();
  await assert.rejects(env.settle(), ClosedError);
});

test("what stands before the store in production can stand before it in a test", async () => {
  const codec = aesGcmCodec({ keys: { k1: randomBytes(32) }, currentKey: "k1" });
  const doubled = orchestration("doubled", async (ctx, value: number) => {
    await ctx.sleep("1d");
    return ctx.activity(double, value);
  });
  let store: Provider | undefined;
  await using env = await TestEnvironment.open({
    orchestrations: [doubled],
    activities: [double],
    wrapProvider: (provider) => withCodec((store = provider), codec),
  });
  const handle = await env.start(doubled, 4, { instanceId: "secret" });
  assert.equal(await handle.result(), 8);
  const rows = (await store?.readHistory("secret")) ?? [];
  assert.deepEqual(new Set(rows.map(({ body }) => body.slice(0, 8))), new Set(["aes1:k1:"]));
  assert.equal((await env.client.getHistory("secret"))[0]?.value, 4);
});

test("an activity that never ends does not make the test hang: it is named", async () => {
  const hanging = orchestration("hanging", async (ctx) => ctx.activity(double, 1, { timeout: "1h" }));
  await using env = await TestEnvironment.open({ orchestrations: [hanging], patience: "50ms" });
  env.stub(double, () => new Promise<number>(() => undefined));
  const handle = await env.start(hanging, undefined, { instanceId: "stuck" });
  await assert.rejects(handle.result(), (error) => {
    assert.ok(error instanceof StuckTestError);
    assert.match(error.message, /for 50 ms nothing has happened but\n +"stuck": activity "double" runs, attempt 1\n/);
    return true;
  });
});

test("an activity that takes real time is waited for", async () => {
  const { promise, resolve } = Promise.withResolvers<number>();
  const patient = orchestration("patient", async (ctx) => ctx.activity(double, 1));
  await using env = await TestEnvironment.open({ orchestrations: [patient] });
  env.stub(double, () => promise);
  const handle = await env.start(patient);
  const result = handle.result();
  setImmediate(() => resolve(7));
  assert.equal(await result, 7);
});

test("a delay that is longer than the time between two heartbeats is what it would be: a missing heartbeat", async () => {
  const beating = activity("beating", { heartbeatTimeout: "1m", timeout: "2h" }, async () => 1);
  const calling = orchestration("calling", async (ctx) => ctx.activity(beating));
  await using env = await TestEnvironment.open({ orchestrations: [calling] });
  env.stub(beating, () => 1, { delay: "1h" });
  const handle = await env.start(calling);
  await assert.rejects(handle.result(), /activity "beating" had no heartbeat for 60000 ms/);
  assert.equal(env.now().toISOString(), "2026-01-01T00:01:00.000Z");
});

test("what a call says of time goes before what its definition says, for the delay of a stub as well", async () => {
  const slow = activity("slow", { timeout: "2h" }, async () => 1);
  const calling = orchestration("calling", async (ctx) => {
    const messageOf = (error: Error) => error.message;
    return [
      await ctx.activity(slow, undefined, { heartbeatTimeout: "1m" }).catch(messageOf),
      await ctx.activity(slow, undefined, { attemptTimeout: "5m" }).catch(messageOf),
      await ctx.activity(slow),
    ];
  });
  await using env = await TestEnvironment.open({ orchestrations: [calling] });
  env.stub(slow, () => 1, { delay: "1h" });
  const handle = await env.start(calling);
  assert.deepEqual(await handle.result(), [
    'activity "slow" had no heartbeat for 60000 ms.',
    'activity "slow" took longer than 300000 ms.',
    1,
  ]);
  assert.equal(env.now().toISOString(), "2026-01-01T01:06:00.000Z");
});

test("an activity that was neither given nor stubbed is named, and what to do about it", async () => {
  const calling = orchestration("calling", async (ctx) => ctx.activity(charge, 1));
  await using env = await TestEnvironment.open({ orchestrations: [calling] });
  const handle = await env.start(calling);
  await assert.rejects(handle.result(), {
    code: "TEST_STUCK",
    message:
      /Activity "charge" is registered on no live node\.\nWhat no node has, give to TestEnvironment\.open; .*stubbed/,
  });
});

test("what waits for a version that no node has says which one that is", async () => {
  const moving = orchestration("moving", async (ctx) => ctx.continueAsNew(undefined, { version: "2.0.0" }));
  await using env = await TestEnvironment.open({ orchestrations: [moving] });
  const handle = await env.start(moving);
  await assert.rejects(handle.result(), /no live node has orchestration "moving" in version 2\.0\.0\./);
});

test("options that are none are refused at once, and what did not start closes without a word", async () => {
  const bad: readonly unknown[] = [undefined, {}, { orchestrations: double }];
  for (const options of bad) {
    await assert.rejects(TestEnvironment.open(options as TestEnvironmentOptions), InvalidArgumentError);
  }
  const env = await TestEnvironment.open({ orchestrations: [double] as never });
  await assert.rejects(env.start("double"), /`orchestrations` takes what orchestration\(\) returned/);
  await env.close();
});
