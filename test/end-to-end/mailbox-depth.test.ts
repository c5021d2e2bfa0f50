import assert from "node:assert/strict";
import { Client } from "../../src/client/index.ts";
import { type OrchestrationContext, activity, mailbox, orchestration } from "../../src/definition/index.ts";
import { type ActivityError, MailboxFullError } from "../../src/errors/index.ts";
import { errorOf, untilRecorded } from "../support/instances.ts";
import { rawSql } from "../support/raw-store.ts";
import { type World, inEveryMode } from "../support/world.ts";

const limits = { mailboxDepth: 5 } as const;
const inbox = mailbox<number>("inbox");

async function receive(ctx: OrchestrationContext, count: number): Promise<number[]> {
  const received: number[] = [];
  while (received.length < count) received.push(await ctx.receive(inbox));
  return received;
}

const reader = orchestration("reader", async (ctx) => {
  const batches: number[][] = [];
  for (const size of [2, 3, 2]) {
    await ctx.waitForEvent("read");
    batches.push(await receive(ctx, size));
    ctx.setCustomStatus(batches.length);
  }
  return batches;
});

const smallClient = (world: World) => new Client(world.provider, { limits, logger: world.log.logger });

async function assertFull(attempt: Promise<unknown>, instanceId: string): Promise<void> {
  const error = await errorOf(attempt);
  assert.ok(error instanceof MailboxFullError, String(error));
  assert.deepEqual([error.code, error.category, error.instanceId], ["MAILBOX_FULL", "application", instanceId]);
}

inEveryMode("a message beyond mailboxDepth is refused to whoever sends it, and the instance goes on", async (world) => {
  await world.start({ orchestrations: [reader], limits });
  const handle = await world.client.start(reader, undefined, { instanceId: "r" });
  await untilRecorded(world, "r", "EventWaitOpened");
  for (let n = 1; n <= 5; n += 1) await handle.send(inbox, n);
  await assertFull(handle.send(inbox, 6), "r");
  await untilRecorded(world, "r", "MessageArrived", 5);
  await assertFull(handle.send(inbox, 7), "r");
  // An event is not kept, and may be what the orchestration needs to go on.
  await handle.raiseEvent("read");
  await untilRecorded(world, "r", "EventWaitOpened", 2);
  for (const n of [8, 9]) await handle.send(inbox, n);
  await assertFull(handle.send(inbox, 10), "r");
  await handle.raiseEvent("read");
  await untilRecorded(world, "r", "EventWaitOpened", 3);
  await handle.raiseEvent("read");
  assert.deepEqual(await handle.result({ timeout: "10s" }), [
    [1, 2],
    [3, 4, 5],
    [8, 9],
  ]);
});

inEveryMode("what has not run yet has the room that its senders give it", async (world) => {
  const client = smallClient(world);
  const handle = await client.start(reader, undefined, { instanceId: "r" });
  for (let n = 1; n <= 4; n += 1) await handle.send(inbox, n);
  await handle.raiseEvent("read");
  await assertFull(handle.send(inbox, 5), "r");
  await assertFull(handle.raiseEvent("read"), "r");
  assert.equal(rawSql(world, "SELECT lane FROM perdure_messages").length, 1 + 5);
  // It is never too late to be cancelled.
  await handle.cancel();
  await world.start({ orchestrations: [reader], limits });
  assert.equal((await errorOf(handle.result({ timeout: "10s" }))).code, "CANCELLED");
});

inEveryMode("however many send at once, no more than mailboxDepth get through, each of them once", async (world) => {
  await world.start({ orchestrations: [reader], limits });
  const handle = await world.client.start(reader, undefined, { instanceId: "r" });
  await untilRecorded(world, "r", "EventWaitOpened");
  const sent = await Promise.allSettled(Array.from({ length: 30 }, (_, n) => handle.send(inbox, n)));
  const accepted = sent.flatMap(({ status }, n) => (status === "fulfilled" ? [n] : []));
  assert.equal(accepted.length, 5);
  await handle.raiseEvent("read");
  await untilRecorded(world, "r", "EventWaitOpened", 2);
  await handle.raiseEvent("read");
  await untilRecorded(world, "r", "EventWaitOpened", 3);
  for (const n of [40, 41]) await handle.send(inbox, n);
  await handle.raiseEvent("read");
  const batches = await handle.result({ timeout: "10s" });
  assert.deepEqual(
    batches.flat().toSorted((a, b) => a - b),
    [...accepted, 40, 41],
  );
});

inEveryMode("continue-as-new carries the messages over, and the room that they take", async (world) => {
  const eternal = orchestration("eternal", async (ctx, received: number[]): Promise<number[]> => {
    await ctx.waitForEvent("again");
    const one = await receive(ctx, 1);
    if (ctx.executionId === 4) return [...received, ...one];
    return await ctx.continueAsNew([...received, ...one]);
  });
  await world.start({ orchestrations: [eternal], limits });
  const handle = await world.client.start(eternal, [], { instanceId: "e" });
  await untilRecorded(world, "e", "EventWaitOpened");
  for (let n = 1; n <= 5; n += 1) await handle.send(inbox, n);
  for (let executionId = 1; executionId <= 3; executionId += 1) {
    await assertFull(handle.send(inbox, 99), "e");
    await handle.raiseEvent("again");
    await world.until(`execution ${executionId + 1} waits`, async () => {
      const executions = await world.client.listExecutions("e");
      const { length } = await world.client.getHistory("e", { executionId: executions.length });
      return executions.length > executionId && length > 1;
    });
    await handle.send(inbox, 5 + executionId);
  }
  await handle.raiseEvent("again");
  assert.deepEqual(await handle.result({ timeout: "10s" }), [1, 2, 3, 4]);
});

inEveryMode("what continue-as-new carries takes room also before the next execution has run", async (world) => {
  const eternal = orchestration("eternal", async (ctx) => {
    await ctx.waitForEvent("again");
    return await ctx.continueAsNew(undefined, { version: "2.0.0" });
  });
  const node = await world.start({ orchestrations: [eternal], onMissingVersion: "wait", limits });
  const handle = await world.client.start(eternal, undefined, { instanceId: "e" });
  await untilRecorded(world, "e", "EventWaitOpened");
  for (let n = 1; n <= 4; n += 1) await handle.send(inbox, n);
  await untilRecorded(world, "e", "MessageArrived", 4);
  await handle.raiseEvent("again");
  await world.until("the next execution waits for its version", async () => {
    return (await world.client.getHistory("e").catch(() => [])).length === 0;
  });
  await handle.send(inbox, 5);
  await assertFull(handle.send(inbox, 6), "e");
  await node.stop();
  const later = orchestration("eternal", { version: "2.0.0" }, (ctx) => receive(ctx, 5));
  await world.start({ orchestrations: [later], limits });
  assert.deepEqual(await handle.result({ timeout: "10s" }), [1, 2, 3, 4, 5]);
});

inEveryMode(
  "an instance that has more than a lowered limit loses nothing, and gets no more until it has less",
  async (world) => {
    const first = await world.start({ orchestrations: [reader] });
    const handle = await world.client.start(reader, undefined, { instanceId: "r" });
    for (let n = 1; n <= 7; n += 1) await handle.send(inbox, n);
    await untilRecorded(world, "r", "MessageArrived", 7);
    await first.stop();
    await world.start({ orchestrations: [reader], limits });
    for (let batch = 1; batch <= 2; batch += 1) {
      await handle.raiseEvent("read");
      await untilRecorded(world, "r", "EventWaitOpened", batch + 1);
      if (batch === 1) await assertFull(handle.send(inbox, 8), "r");
    }
    await handle.send(inbox, 9);
    await handle.raiseEvent("read");
    assert.deepEqual(await handle.result({ timeout: "10s" }), [
      [1, 2],
      [3, 4, 5],
      [6, 7],
    ]);
  },
);

inEveryMode(
  "an activity that sends is tried again until there is room, and fails catchably if there is none",
  async (world) => {
    const tell = activity("tell", { retry: { initialInterval: "20ms", maxAttempts: 100 } }, (_ctx, n: number) =>
      world.client.send("r", inbox, n),
    );
    const impatient = activity("impatient", { retry: { maxAttempts: 1 } }, (_ctx, n: number) =>
      world.client.send("r", inbox, n),
    );
    const teller = orchestration("teller", async (ctx) => {
      for (let n = 1; n <= 5; n += 1) await ctx.activity(tell, n);
      const error = await errorOf(ctx.activity(impatient, 0));
      const telling = ctx.activity(tell, 6);
      ctx.setCustomStatus("full");
      await telling;
      return [error.code, (error as ActivityError).cause instanceof MailboxFullError];
    });
    await world.start({ orchestrations: [reader, teller], activities: [tell, impatient], limits });
    await world.client.start(reader, undefined, { instanceId: "r" });
    await untilRecorded(world, "r", "EventWaitOpened");
    const handle = await world.client.start(teller, undefined, { instanceId: "t" });
    await untilRecorded(world, "t", "CustomStatusSet");
    await world.client.raiseEvent("r", "read");
    assert.deepEqual(await handle.result({ timeout: "10s" }), ["MAILBOX_FULL", true]);
  },
);
