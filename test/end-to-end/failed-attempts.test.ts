import assert from "node:assert/strict";
import { activity, orchestration } from "../../src/definition/index.ts";
import { NonRetryableError } from "../../src/errors/index.ts";
import { type ActivityCompleted, type ActivityFailed, attemptsIn, type HistoryEvent } from "../../src/history/index.ts";
import { Management } from "../../src/management/index.ts";
import { inEveryMode, type World } from "../support/world.ts";

const retry = { maxAttempts: 20, initialInterval: 1, backoff: 1, jitter: 0 } as const;

async function endOf<K extends HistoryEvent["kind"]>(world: World, instanceId: string, kind: K) {
  const history = await world.client.getHistory(instanceId);
  return history.find((event): event is Extract<HistoryEvent, { kind: K }> => event.kind === kind);
}

inEveryMode(
  "the last attempts that failed are kept until the activity has ended, and go with its end",
  async (world) => {
    const flaky = activity("flaky", { retry }, (ctx, works: boolean) => {
      if (ctx.attempt < 8) throw Object.assign(new Error(`attempt ${ctx.attempt}`), { code: `E${ctx.attempt}` });
      if (works) return "at last";
      throw new NonRetryableError("never again");
    });
    const calling = orchestration("calling", async (ctx, works: boolean) => ctx.activity(flaky, works));
    const node = await world.start({ orchestrations: [calling], activities: [flaky] });
    await (await world.client.start(calling, true, { instanceId: "works" })).result({ timeout: "20s" });
    const failing = await world.client.start(calling, false, { instanceId: "fails" });
    await assert.rejects(failing.result({ timeout: "20s" }), /never again/);
    const completed = (await endOf(world, "works", "ActivityCompleted")) as ActivityCompleted;
    const failed = (await endOf(world, "fails", "ActivityFailed")) as ActivityFailed;
    for (const { earlier } of [completed, failed]) {
      assert.deepEqual(
        earlier?.map((one) => [one.attempt, one.failure.message, one.failure.code, one.node]),
        [4, 5, 6, 7].map((n) => [n, `attempt ${n}`, `E${n}`, node.nodeId]),
      );
      const times = earlier?.map(({ at }) => at) ?? [];
      assert.deepEqual(
        times,
        times.toSorted((a, b) => a - b),
      );
    }
    assert.deepEqual([failed.attempts, failed.node, failed.failure.message], [8, node.nodeId, "never again"]);
    const { execution } = await new Management(world.provider).describe("fails");
    assert.deepEqual(
      execution?.operations[0]?.failedAttempts.map(({ attempt, failure }) => [attempt, failure.message]),
      [...[4, 5, 6, 7].map((n) => [n, `attempt ${n}`]), [8, "never again"]],
    );
  },
);

inEveryMode("what is kept of attempts has a size, whatever they threw", async (world) => {
  const huge = activity("huge", { retry: { ...retry, maxAttempts: 9 } }, (ctx) => {
    const text = `${ctx.attempt}`.repeat(100_000);
    throw Object.assign(new Error(text, { cause: new Error(text, { cause: new Error(text) }) }), { code: text, text });
  });
  const calling = orchestration("calling", async (ctx) => ctx.activity(huge));
  await world.start({ orchestrations: [calling], activities: [huge] });
  const handle = await world.client.start(calling, undefined, { instanceId: "h" });
  await assert.rejects(handle.result({ timeout: "20s" }));
  const { earlier } = (await endOf(world, "h", "ActivityFailed")) as ActivityFailed;
  assert.deepEqual(
    earlier?.map(({ attempt }) => attempt),
    [5, 6, 7, 8],
  );
  assert.ok(JSON.stringify(earlier).length < 10_000, String(JSON.stringify(earlier).length));
});

inEveryMode("what stands with a queued activity has a size too, however often it has failed", async (world) => {
  const busy = activity("busy", { retry: { ...retry, maxAttempts: 50 } }, (ctx) => {
    const error = new Error(`attempt ${ctx.attempt}: ${"x".repeat(100_000)}`);
    throw Object.assign(error, { retryAfter: ctx.attempt < 12 ? 1 : 3_600_000 });
  });
  const calling = orchestration("calling", async (ctx) => ctx.activity(busy));
  await world.start({ orchestrations: [calling], activities: [busy] });
  await world.client.start(calling, undefined, { instanceId: "b" });
  const note = await world.until("it has failed twelve times", async () => {
    const [item] = (await world.provider.readInstanceQueues({ instanceId: "b", limit: 1 }))?.work ?? [];
    return item?.failures === 12 ? item.note : null;
  });
  assert.deepEqual(
    attemptsIn(note).map(({ attempt }) => attempt),
    [8, 9, 10, 11, 12],
  );
  assert.ok(note.length < 25_000, String(note.length));
});

inEveryMode("an activity that works at once says nothing of attempts", async (world) => {
  const fine = activity("fine", { retry }, () => 1);
  const calling = orchestration("calling", async (ctx) => ctx.activity(fine));
  await world.start({ orchestrations: [calling], activities: [fine] });
  await (await world.client.start(calling, undefined, { instanceId: "f" })).result({ timeout: "20s" });
  const { eventId: _eventId, at: _at, ...event } = (await endOf(world, "f", "ActivityCompleted")) as ActivityCompleted;
  assert.deepEqual(event, { kind: "ActivityCompleted", scheduledId: 2, payload: "1" });
});
