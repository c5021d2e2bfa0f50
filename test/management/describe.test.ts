import assert from "node:assert/strict";
import { activity, event, mailbox, orchestration } from "../../src/definition/index.ts";
import { InstanceNotFoundError } from "../../src/errors/index.ts";
import { Management } from "../../src/management/index.ts";
import { inEveryMode, type World } from "../support/world.ts";

const approvals = mailbox<boolean>("approvals");
const go = event<null>("go");

const reasons = async (management: Management, instanceId: string) =>
  (await management.describe(instanceId)).waits.map(({ text }) => text);

async function untilIdle(world: World, management: Management, instanceId: string): Promise<void> {
  await world.until(`${instanceId} is at rest`, async () => {
    const { queuedMessages, execution } = await management.describe(instanceId);
    return queuedMessages === 0 && execution !== null;
  });
}

inEveryMode("an instance says what it waits for, one sentence for each thing", async (world) => {
  const management = new Management(world.provider);
  const child = orchestration("child", async (ctx) => ctx.waitForEvent(go));
  const waiting = orchestration("waiting", async (ctx) => {
    ctx.state.set("step", 1);
    ctx.setCustomStatus("waiting");
    await Promise.all([
      ctx.subOrchestration(child, undefined, { instanceId: "the-child" }),
      ctx.receive(approvals, { timeout: "1d" }),
      ctx.sleep("30d"),
    ]);
  });
  await world.start({ orchestrations: [waiting, child] });
  await world.client.start(waiting, undefined, { instanceId: "w" });
  await world.until("the child waits", async () => {
    return (await management.client.count({ status: "running" })) === 2;
  });
  await untilIdle(world, management, "w");
  const { waits, execution, instance, executions, damage } = await management.describe("w");
  assert.deepEqual(
    waits.map(({ kind, text, isStuck, childId }) => ({ kind, text, isStuck, childId })),
    [
      {
        kind: "child",
        text: 'Child "the-child" of orchestration "child" has not ended.',
        isStuck: false,
        childId: "the-child",
      },
      { kind: "message", text: 'Mailbox "approvals" is empty.', isStuck: false, childId: null },
      { kind: "timer", text: "A timer has not come due.", isStuck: false, childId: null },
    ],
  );
  assert.ok((waits[1]?.until ?? "") > (waits[1]?.since ?? ""), "with its time limit");
  assert.deepEqual([instance.status, instance.customStatus, damage], ["running", '"waiting"', null]);
  assert.deepEqual([execution?.state, execution?.isCancelling, executions.length], [{ step: "1" }, false, 1]);
  await world.until("the child has begun", async () => (await management.describe("the-child")).execution !== null);
  assert.deepEqual(await reasons(management, "the-child"), ['Nobody has raised event "go" yet.']);
  const { root, isTruncated } = await management.family("the-child");
  assert.deepEqual(
    [root.instanceId, root.children.map((one) => one.instanceId), isTruncated],
    ["w", ["the-child"], false],
  );
});

inEveryMode("an activity says whether it runs, waits for its next attempt, or is nowhere to be had", async (world) => {
  const management = new Management(world.provider);
  const { promise: running, resolve: isRunning } = Promise.withResolvers<void>();
  const { promise: mayEnd, resolve: letEnd } = Promise.withResolvers<void>();
  const slow = activity("slow", async () => {
    isRunning();
    await mayEnd;
  });
  const failing = activity("failing", { retry: { maxAttempts: 5, initialInterval: "1h" } }, () => {
    throw new Error("no route");
  });
  const absent = activity("absent", { queue: "gpu" }, () => null);
  const busy = orchestration("busy", async (ctx) => {
    await Promise.all([ctx.activity(slow), ctx.activity(failing), ctx.activity(absent)]);
  });
  const node = await world.start({ orchestrations: [busy], activities: [slow, failing], missingVersionGrace: "1h" });
  await world.client.start(busy, undefined, { instanceId: "b" });
  await running;
  await world.until("the failing one has failed", async () =>
    (await management.queues()).work.some(({ name, delayed }) => name === "failing" && delayed === 1),
  );
  const { waits, execution } = await management.describe("b");
  assert.deepEqual(
    waits.filter(({ kind }) => kind === "activity").map(({ text, isStuck }) => [text, isStuck]),
    [
      [`Activity "slow" runs on node ${node.nodeId}, attempt 1.`, false],
      ['Activity "failing" waits for attempt 2, after Error: no route.', false],
      ['Activity "absent" of queue "gpu" is registered on no live node.', true],
    ],
  );
  const failed = execution?.operations.find(({ name }) => name === "failing");
  assert.deepEqual(
    [failed?.work?.attempt, failed?.failedAttempts.map((one) => [one.attempt, one.node, one.failure.message])],
    [2, [[1, node.nodeId, "no route"]]],
  );
  const { work, timers } = await management.queues();
  assert.deepEqual(
    work.map(({ queue, name, waiting, delayed, running: now, isServed }) => [
      queue,
      name,
      waiting,
      delayed,
      now,
      isServed,
    ]),
    [
      ["default", "failing", 0, 1, 0, true],
      ["default", "slow", 0, 0, 1, true],
      ["gpu", "absent", 1, 0, 0, false],
    ],
  );
  assert.equal(timers.waiting, 0);
  const [view] = await management.nodes();
  assert.deepEqual(
    [view?.isLive, view?.orchestrations, view?.activities, view?.work],
    [true, ["busy@1.0.0"], ["default/failing", "default/slow"], 1],
  );
  letEnd();
});

inEveryMode("what nobody can run says so, and so does what nobody runs", async (world) => {
  const management = new Management(world.provider);
  await world.client.start("unknown", 1, { instanceId: "u" });
  assert.deepEqual(await reasons(management, "u"), ["1 message waits to be taken in, and no node is live."]);
  await world.start({ orchestrations: [orchestration("other", async () => {})], onMissingVersion: "wait" });
  assert.deepEqual(await reasons(management, "u"), [
    '1 message waits to be taken in, and no live node has orchestration "unknown".',
  ]);
  await assert.rejects(management.describe("nobody"), InstanceNotFoundError);
  await assert.rejects(management.history("nobody"), InstanceNotFoundError);
  await assert.rejects(management.family("nobody"), InstanceNotFoundError);
});
