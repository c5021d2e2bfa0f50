import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { activity, event, orchestration } from "../../src/definition/index.ts";
import { CostProbe } from "./cost-probe.ts";

// Counted, never timed: these figures are the same on every machine, however busy it is.

const step = activity("step", (_ctx, input: string) => input);

const chain = orchestration("chain", async (ctx, steps: number) => {
  for (let number = 0; number < steps; number += 1) await ctx.activity(step, payload);
  return steps;
});

const payload = "x".repeat(100);

test("a sequential step of a resident instance costs one commit", async () => {
  await using probe = await CostProbe.open({ orchestrations: [chain], activities: [step] });
  const cost = await probe.costOf(() => probe.run(chain, 120));
  const short = await probe.costOf(() => probe.run(chain, 20));
  assert.equal(cost.commits - short.commits, 100);
  assert.equal(cost.calls("commit") - short.calls("commit"), 100);
});

test("an instance of one activity costs three commits: its start and claim, its first turn, its end", async () => {
  await using probe = await CostProbe.open({ orchestrations: [chain], activities: [step] });
  await probe.rest();
  const cost = await probe.costOf(() => probe.run(chain, 1));
  assert.equal(cost.commits, 3, cost.describe());
  assert.equal(cost.nodeCalls, 3, cost.describe());
});

test("the instances in flight share their commits", async () => {
  await using probe = await CostProbe.open({ orchestrations: [chain], activities: [step] });
  const cost = await probe.costOf(() => probe.runMany(chain, { count: 100, input: 5 }));
  assert.ok(cost.commits <= 5 + 10, `${cost.commits} commits for 100 instances of 5 steps`);
  const more = await probe.costOf(() => probe.runMany(chain, { count: 100, input: 15 }));
  assert.ok(more.commits - cost.commits <= 10 + 5, `${more.commits - cost.commits} commits more for 10 steps more`);
});

test("a turn among many costs a fraction of a call to the store", async () => {
  await using probe = await CostProbe.open({ orchestrations: [chain], activities: [step] });
  const cost = await probe.costOf(() => probe.runMany(chain, { count: 100, input: 20 }));
  const turns = 100 * 21;
  assert.ok(cost.nodeCalls <= turns * 0.02, `${cost.nodeCalls} calls for ${turns} turns: ${cost.describe()}`);
});

test("a busy node asks for nothing when nothing waits", async () => {
  await using probe = await CostProbe.open({ orchestrations: [strollers], activities: [stroll] });
  const short = await probe.costOf(() => probe.runMany(strollers, { count: 20, input: 10 }));
  const long = await probe.costOf(() => probe.runMany(strollers, { count: 20, input: 60 }));
  // Fifty turns more of each of twenty instances, some of them always under way: not one fetch more.
  for (const method of ["fetchInstances", "fetchWork", "fireTimers"] as const) {
    const more = long.calls(method) - short.calls(method);
    assert.ok(more <= 3, `${more} more calls of ${method}: ${long.describe()}`);
  }
});

// Out of step with all the others.
const stroll = activity("stroll", async (ctx, number: number) => {
  await delay((ctx.instanceId.charCodeAt(0) + number * 7) % 6);
});
const strollers = orchestration("strollers", async (ctx, steps: number) => {
  for (let number = 0; number < steps; number += 1) await ctx.activity(stroll, number);
});

test("a step writes three rows, and no more than 600 bytes beside its payload", async () => {
  await using probe = await CostProbe.open({ orchestrations: [chain], activities: [step] });
  const long = await probe.costOf(() => probe.run(chain, 600));
  const short = await probe.costOf(() => probe.run(chain, 100));
  assert.equal((long.rows - short.rows) / 500, 3);
  const stored = (long.fileBytes - short.fileBytes) / 500;
  // The input is in the event and in the work item, whose room is used again; the result is in the other event.
  assert.ok(stored <= 600 + payload.length * 2, `${stored} bytes a step`);
});

test("step 1,000 costs the statements that step 100 does", async () => {
  await using probe = await CostProbe.open({ orchestrations: [stepByStep], activities: [mark] });
  markStatements = () => probe.noteStatements();
  const whole = await probe.costOf(() => probe.run(stepByStep, 1_002));
  const marks = probe.statementsAtMarks;
  const costs = marks.slice(1).map((count, index) => count - (marks[index] as number));
  const usual = costs[100] as number;
  const others = costs.slice(50).filter((cost) => cost !== usual);
  // A look of the safety net falls into the step that is under way, on a machine that is slow enough for one.
  const looks = whole.nodeCalls - whole.calls("commit");
  assert.ok(others.length <= looks, `${others.join(", ")} instead of ${usual}: ${whole.describe()}`);
  assert.ok(usual <= 7, `${usual} statements a step`);
});

let markStatements = () => {};
const mark = activity("mark", () => markStatements());
const stepByStep = orchestration("stepByStep", async (ctx, steps: number) => {
  for (let number = 0; number < steps; number += 1) await ctx.activity(mark);
});

test("an idle node renews its lease, and asks at most one other question in five seconds", async (t) => {
  let now = Date.now();
  const clock = Object.assign(() => now, { leaseTime: Date.now });
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  await using probe = await CostProbe.open({
    orchestrations: [waiter],
    activities: [step],
    dehydrateAfter: 0,
    leaseDuration: "15s",
    world: { clock },
  });
  const idle = async (seconds: number) => {
    for (let passed = 0; passed < seconds * 10; passed += 1) {
      now += 100;
      t.mock.timers.tick(100);
      for (let round = 0; round < 4; round += 1) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await probe.startMany(waiter, { count: 20, input: undefined });
  await probe.until("all wait, and none is in memory", () => probe.node.hydratedCount === 0);
  await idle(60);

  const cost = await probe.costOf(() => idle(300));
  const renewals = cost.calls("renewLease");
  assert.ok(renewals > 0 && renewals <= 300 / 5 + 1, cost.describe());
  assert.ok(cost.nodeCalls - renewals <= 300 / 5, cost.describe());
  assert.equal(cost.rows, renewals * 2, "only the lease is written, and how late it is");
  t.mock.timers.reset();
});

const waiter = orchestration("waiter", async (ctx) => void (await ctx.waitForEvent(event("never"))));
