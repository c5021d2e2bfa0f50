import assert from "node:assert/strict";
import { test } from "node:test";
import { type Schema, activity, event, mailbox, orchestration } from "../../src/definition/index.ts";
import { InvalidArgumentError, ValidationError } from "../../src/errors/index.ts";
import { errorOf, historyOf, kindsOf } from "../support/instances.ts";
import { rawSql } from "../support/raw-store.ts";
import { World, inEveryMode } from "../support/world.ts";

/** Takes an amount written as text, and gives it as a number: what it gives is not what it takes. */
const amount: Schema<{ cents: number }, { cents: string }> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) => {
      const { cents } = (value ?? {}) as { cents?: unknown };
      if (typeof cents === "string" && /^\d+$/.test(cents)) return { value: { cents: Number(cents) } };
      return { issues: [{ message: "Expected digits", path: [{ key: "cents" }] }, { message: "No amount" }] };
    },
  },
};
const issues = [
  { message: "Expected digits", path: ["cents"] },
  { message: "No amount", path: [] },
];
const wrong = { cents: "many" };

const double = activity("double", { input: amount }, (_ctx, { cents }) => cents * 2);
const pay = orchestration("pay", { input: amount }, async (ctx, { cents }) => {
  return (await ctx.activity(double, { cents: `${cents}` })) + 1;
});
const payments = mailbox("payments", amount);
const paid = event("paid", amount);

const instances = (world: World) => rawSql(world, "SELECT instance_id FROM perdure_instances").length;

inEveryMode("a schema checks what is sent where it is sent, and what it makes of it is what arrives", async (world) => {
  await world.start({ orchestrations: [pay], activities: [double] });
  const handle = await world.client.start(pay, { cents: "20" }, { instanceId: "p" });
  const [many] = await world.client.startMany([{ orchestration: pay, input: { cents: "30" } }]);
  assert.equal(await handle.result({ timeout: "10s" }), 41);
  assert.equal(await many.result({ timeout: "10s" }), 61);
  const [started, scheduled] = await historyOf(world, "p");
  assert.deepEqual(started?.kind === "OrchestrationStarted" && started.payload, '{"cents":20}');
  assert.deepEqual(scheduled?.kind === "ActivityScheduled" && scheduled.payload, '{"cents":20}');
});

inEveryMode("a start that its schema refuses stores nothing, also as one of many", async (world) => {
  const { client } = world;
  const one = await errorOf(client.start(pay, wrong));
  assert.ok(one instanceof ValidationError);
  assert.equal(one.message, 'The input of orchestration "pay" is not valid: cents: Expected digits; No amount');
  assert.deepEqual([one.code, one.category, one.issues], ["VALIDATION", "application", issues]);
  const many = [{ cents: "1" }, wrong].map((input) => ({ orchestration: pay, input }));
  assert.equal((await errorOf(client.startMany(many))).code, "VALIDATION");
  assert.equal(instances(world), 0);
});

inEveryMode("a call that its schema refuses throws where it stands, the same on every replay", async (world) => {
  const caller = orchestration("caller", async (ctx) => {
    const refused: unknown[] = [];
    const calls = [
      () => ctx.activity(double, wrong),
      () => ctx.subOrchestration(pay, wrong),
      () => ctx.startOrchestration(pay, wrong),
    ];
    for (const call of calls) {
      try {
        await call();
      } catch (error) {
        assert.ok(error instanceof ValidationError);
        refused.push(error.issues);
      }
    }
    await ctx.receive("go");
    const child = await ctx.subOrchestration(pay, { cents: "5" });
    return [refused, child];
  });
  await world.start({ orchestrations: [caller, pay], activities: [double] });
  const handle = await world.client.start(caller, undefined, { instanceId: "c" });
  await handle.send("go", null);
  assert.deepEqual(await handle.result({ timeout: "10s" }), [[issues, issues, issues], 11]);
  assert.ok(!(await kindsOf(world, "c")).includes("ActivityScheduled"));
});

inEveryMode("what was sent by a plain name is checked where it is received, and used up by that", async (world) => {
  const { client } = world;
  const till = orchestration("till", async (ctx) => {
    const messages: unknown[] = [];
    while (messages.length < 4) {
      const next = ctx.receive(payments).catch((error: ValidationError) => error.issues);
      messages.push(await next);
    }
    ctx.setCustomStatus("waiting");
    const raised = ctx.waitForEvent(paid).catch((error: ValidationError) => error.issues);
    const raisedWell = ctx.waitForEvent(paid);
    return [messages, await raised, await raisedWell.catch((error: Error) => error.name)];
  });
  const waits = () => world.until("it waits", async () => (await client.getStatus("t")).customStatus === "waiting");
  await client.start(till, undefined, { instanceId: "t" });
  await client.send("t", "payments", wrong);
  await client.send("t", payments, { cents: "1" });
  await client.send("t", "payments", { cents: "2" });
  assert.equal((await errorOf(client.send("t", payments, wrong))).code, "VALIDATION");
  await client.send("t", payments, { cents: "3" });
  await world.start({ orchestrations: [till] });
  await waits();
  assert.equal((await errorOf(client.raiseEvent("t", paid, wrong))).code, "VALIDATION");
  await client.raiseEvent("t", "paid", wrong);
  assert.deepEqual(await client.getHandle("t").result({ timeout: "10s" }), [
    [issues, { cents: 1 }, { cents: 2 }, { cents: 3 }],
    issues,
    "ValidationError",
  ]);
});

inEveryMode("a child that starts in a later version is checked by the schema of that version", async (world) => {
  const text: Schema<string, string> = {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: (value) =>
        typeof value === "string" ? { value: `text ${value}` } : { issues: [{ message: "No text" }] },
    },
  };
  const shout: Schema<string, string> = {
    "~standard": { version: 1, vendor: "test", validate: (value) => ({ value: `${String(value)}!` }) },
  };
  const old = orchestration("child", { version: "1.0.0", input: text }, async (_ctx, input) => `old ${input}`);
  const latest = orchestration("child", { version: "2.0.0", input: shout }, async (_ctx, input) => `latest ${input}`);
  const parent = orchestration("parent", async (ctx) => [
    await ctx.subOrchestration(old, "a"),
    await ctx.subOrchestration(old, "a", { version: "1.0.0" }),
  ]);
  await world.start({ orchestrations: [old, latest, parent] });
  assert.deepEqual(await (await world.client.start(parent)).result({ timeout: "10s" }), ["latest a!", "old text a"]);
});

inEveryMode("a message that was checked stays so across continue-as-new", async (world) => {
  const again = orchestration("again", async (ctx): Promise<unknown> => {
    if (ctx.executionId === 1) return ctx.continueAsNew(await ctx.receive("go"));
    return [await ctx.receive(payments), await ctx.receive(payments)];
  });
  const handle = await world.client.start(again, undefined, { instanceId: "a" });
  await handle.send(payments, { cents: "1" });
  await handle.send("payments", { cents: "2" });
  await handle.send("go", null);
  await world.start({ orchestrations: [again] });
  assert.deepEqual(await handle.result({ timeout: "10s" }), [{ cents: 1 }, { cents: 2 }]);
});

inEveryMode(
  "a start or a call by a plain name is checked where it arrives, before any of its code runs",
  async (world) => {
    let runs = 0;
    const counted = activity("counted", { input: amount, retry: { maxAttempts: 5 } }, (_ctx, { cents }) => {
      runs += 1;
      return cents;
    });
    const strict = orchestration("strict", { input: amount }, (_ctx, { cents }) => {
      runs += 1;
      return cents;
    });
    const byName = orchestration("by-name", async (ctx, cents: string) => {
      const called = [ctx.activity("counted", { cents }), ctx.subOrchestration("strict", { cents })];
      const settled = await Promise.allSettled(called);
      return settled.map((result) => {
        if (result.status === "fulfilled") return result.value;
        const {
          code,
          category,
          attempts,
          cause,
          issues: own,
        } = result.reason as ValidationError & { attempts?: number };
        return { code, category, attempts, issues: own ?? (cause as ValidationError).issues };
      });
    });
    await world.start({ orchestrations: [byName, strict], activities: [counted] });
    const refused = await world.client.start(byName, "many");
    const failure = { code: "VALIDATION", category: "application", issues };
    assert.deepEqual(await refused.result({ timeout: "10s" }), [
      { ...failure, attempts: 1 },
      { ...failure, attempts: undefined },
    ]);
    assert.equal(runs, 0);
    const taken = await world.client.start(byName, "7");
    assert.deepEqual(await taken.result({ timeout: "10s" }), [7, 7]);
    assert.equal(runs >= 2, true);
  },
);

test("a schema that validates asynchronously is refused by an error that says so", async () => {
  const slow: Schema<number> = {
    "~standard": { version: 1, vendor: "test", validate: () => Promise.reject(new Error("never seen")) },
  };
  const world = await World.open();
  try {
    const slowly = orchestration("slowly", { input: slow }, () => 1);
    const error = await errorOf(world.client.start(slowly, 1));
    assert.ok(error instanceof InvalidArgumentError);
    assert.match(error.message, /^The input of orchestration "slowly" has a schema that validates asynchronously\./);
  } finally {
    await world.close();
  }
});

test("what is no schema is refused where the definition stands", () => {
  const no = {} as Schema<number>;
  const refused = { name: "InvalidArgumentError", message: /is not a Standard Schema/ };
  assert.throws(() => activity("a", { input: no }, () => 1), refused);
  assert.throws(() => orchestration("o", { input: no }, () => 1), refused);
  assert.throws(() => mailbox("m", no), refused);
  assert.throws(() => event("e", no), refused);
});
