import assert from "node:assert/strict";
import { test } from "node:test";
import { activity, mailbox, orchestration } from "../../src/definition/index.ts";
import { InvalidArgumentError } from "../../src/errors/index.ts";
import { explore } from "../../src/testing/index.ts";
import { joined, part, raced, values } from "./explored.ts";

test("an orchestration that gathers what comes in any order passes, in every order, with a crash before every step", async () => {
  const report = await explore(joined, { input: 4, activities: { part } });
  report.assertOk();
  report.assertOrderInsensitive();
  assert.deepEqual([report.schedules, report.isExhaustive, report.isOrderSensitive], [24, true, false]);
  assert.equal(report.crashes, 24 * 4);
  assert.deepEqual(values(report), ["p0,p1,p2,p3"]);
});

test("every interleaving of two chains is run, and each only once", async () => {
  const chains = orchestration("chains", async (ctx) => {
    const chain = async (name: string) => {
      for (const step of [1, 2, 3]) await ctx.activity("part", `${name}${step}`);
    };
    await Promise.all([chain("a"), chain("b")]);
  });
  const orders = new Set<string>();
  const report = await explore(chains, {
    maxCrashes: 1,
    setup: () => {
      const done: string[] = [];
      const observe = () => {
        orders.add(done.join());
        return null;
      };
      return { activities: { part: async (name: string) => void done.push(name) }, observe };
    },
  });
  assert.equal(report.schedules, 20);
  // One more: with the activity that the crash repeated.
  assert.equal(orders.size, 21);
});

test("a time limit can come before or after what it limits", async () => {
  const approvals = mailbox<boolean>("approvals");
  const approval = orchestration("approval", async (ctx) => {
    const approved = await ctx.receive(approvals, { timeout: "24h" }).catch(() => "too late");
    return approved;
  });
  const report = await explore(approval, { messages: [{ mailbox: approvals, data: true }] });
  report.assertOk();
  assert.deepEqual(values(report), [true, "too late"]);
  assert.deepEqual(report.outcomes[1]?.steps, ["the instance starts", 'the time limit (1d) of "approvals" runs out']);
});

test("timers fire in the order of their times, whatever else happens between them", async () => {
  const timers = orchestration("timers", async (ctx) => {
    const order: string[] = [];
    const after = async (days: number) => {
      await ctx.sleep(`${days}d`);
      order.push(`${days}`);
    };
    await Promise.all([after(30), after(10), after(20)]);
    return [order.join(), new Date(ctx.now()).toISOString()];
  });
  const report = await explore(timers, {});
  assert.deepEqual(values(report), [["10,20,30", "2026-01-31T00:00:00.000Z"]]);
});

test("time, random numbers and ids of the context, and the guarded globals, are no difference", async () => {
  const guarded = orchestration("guarded", async (ctx) => {
    const id = crypto.randomUUID();
    await ctx.sleep("1s");
    return [id, Math.random(), Date.now(), ctx.uuid(), ctx.random(), await ctx.subOrchestration(joined, 1)];
  });
  const report = await explore(guarded, { orchestrations: [joined], activities: { part } });
  report.assertOk();
  report.assertOrderInsensitive();
});

test("the same with a mailbox is not, and messages of one mailbox keep their order", async () => {
  const numbers = mailbox<number>("numbers");
  const patient = orchestration("patient", async (ctx) => {
    await ctx.activity("part", 1);
    return [await ctx.receive(numbers), await ctx.receive(numbers)];
  });
  const messages = [1, 2].map((data) => ({ mailbox: numbers, data }));
  const report = await explore(patient, { activities: { part }, messages });
  report.assertOk();
  assert.deepEqual(values(report), [[1, 2]]);
});

test("children are run, start late, and end in any order", async () => {
  const parent = orchestration("parent", async (ctx) => {
    const order: string[] = [];
    const run = async (index: number) => order.push(await ctx.subOrchestration<string>("joined", index));
    await Promise.all([run(1), run(2), ctx.sleep("1h")]);
    return order.join(" ");
  });
  const report = await explore(parent, { orchestrations: [joined], activities: { part } });
  report.assertOk();
  assert.deepEqual(values(report), ["p0 p0,p1", "p0,p1 p0"]);
  assert.equal(report.isExhaustive, true);
  assert.ok(report.outcomes.some(({ steps }) => steps.includes(`child "joined" starts`)));
});

test("retries are made, as many as the options of the activity allow", async () => {
  const flaky = (failures: number) =>
    activity("part", { retry: { maxAttempts: 3 } }, async (ctx) => {
      if (ctx.attempt <= failures) throw new Error("not yet");
      return `attempt ${ctx.attempt}`;
    });
  assert.deepEqual(values(await explore(joined, { input: 1, activities: [flaky(2)] })), ["attempt 3"]);
  const [failed] = (await explore(joined, { input: 1, activities: [flaky(3)] })).outcomes;
  assert.deepEqual(failed?.outcome.error, { name: "ActivityError", message: "not yet", code: "ACTIVITY_FAILED" });
});

test("continue-as-new goes on in the same exploration, with what was not received", async () => {
  const sums = mailbox<number>("sums");
  const summing = orchestration(
    "summing",
    async (ctx, { left, sum }: { left: number; sum: number }): Promise<number> => {
      const next = sum + (await ctx.receive(sums));
      return left === 1 ? next : ctx.continueAsNew({ left: left - 1, sum: next });
    },
  );
  const messages = [1, 2, 4].map((data) => ({ mailbox: sums, data }));
  const report = await explore(summing, { input: { left: 3, sum: 0 }, messages });
  report.assertOk();
  assert.deepEqual(values(report), [7]);
});

test("what never ends is cut off, and that is reported", async () => {
  const eternal = orchestration("eternal", async (ctx): Promise<void> => {
    await ctx.sleep("1h");
    await ctx.continueAsNew();
  });
  const report = await explore(eternal, { maxSteps: 20 });
  assert.throws(() => report.assertFinishes(), /NEVER ENDS\n.*not over after 20 steps/);
});

test("beyond the bound a part of the orders is chosen, and the same one each time", async () => {
  const options = { input: 8, activities: { part }, maxSchedules: 100, maxCrashes: 50 };
  const [one, other] = [await explore(raced, options), await explore(raced, options)];
  assert.deepEqual([one.schedules, one.crashes, one.isExhaustive], [100, 50, false]);
  assert.equal(String(one), String(other));
  const another = await explore(raced, { ...options, seed: 2 });
  assert.notDeepEqual(values(another), values(one));
  // All swaps of two neighbours, and orders far from any of them.
  assert.ok(values(one).includes("p0,p1,p3,p2,p4,p5,p6,p7"));
  assert.ok(one.outcomes.length > 80);
});

test("what is missing is said at once", async () => {
  await assert.rejects(explore(joined, { input: 1 }), (error) => {
    assert.ok(error instanceof InvalidArgumentError);
    assert.match(error.message, /Activity "part" is called, and `activities` does not have it/);
    return true;
  });
  const parent = orchestration("parent", async (ctx) => ctx.subOrchestration("nobody"));
  await assert.rejects(explore(parent, {}), /Orchestration "nobody" is started, and `orchestrations` does not have it/);
  const pinned = orchestration("pinned", async (ctx) => ctx.subOrchestration(joined, 1, { version: "9.0.0" }));
  await assert.rejects(explore(pinned, { orchestrations: [joined] }), /"joined" in version 9\.0\.0 is started, and/);
  await assert.rejects(explore(joined, { input: 1, maxSchedules: 0 }), InvalidArgumentError);
});

test("the guard is gone when the exploration is over", async () => {
  const { setTimeout: before } = globalThis;
  await explore(joined, { input: 1, activities: { part } });
  assert.equal(globalThis.setTimeout, before);
});

test("one crash is one crash, and one schedule one schedule", async () => {
  const report = await explore(joined, { input: 1, activities: { part } });
  assert.match(String(report), /^"joined": 1 schedule \(every order there is\), 1 crash, one before every step\n/);
});

test("an activity that never ends is named, and the exploration ends", async () => {
  const waiting = orchestration("waiting", async (ctx) => ctx.activity("endless"));
  const activities = { endless: () => new Promise(() => undefined) };
  await assert.rejects(explore(waiting, { activities, patience: 20 }), {
    code: "TEST_STUCK",
    message: /activity "endless" has not ended for 20 ms/,
  });
});
