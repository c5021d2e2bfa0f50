import assert from "node:assert/strict";
import fc from "fast-check";
import { orchestration } from "../../src/definition/index.ts";
import type { EventKind, HistoryEvent } from "../../src/history/index.ts";
import { virtualClock } from "../../src/testing/index.ts";
import { historyOf, untilRecorded } from "../support/instances.ts";
import { rawSql } from "../support/raw-store.ts";
import { inEveryMode, type World } from "../support/world.ts";

const day = 86_400_000;
const clock = virtualClock({ startAt: new Date("2030-01-01") });

/** Resolves when so many timers are in the store; gives when they are due. */
function timersAreSet(world: World, count: number): Promise<number[]> {
  return world.until(`${count} timers are set`, () => {
    const rows = rawSql(world, "SELECT due_at FROM perdure_timers ORDER BY due_at");
    return rows.length === count ? rows.map((row) => Number(row["due_at"])) : null;
  });
}

async function eventsOf<K extends EventKind>(world: World, instanceId: string, kind: K) {
  const history: readonly HistoryEvent[] = await historyOf(world, instanceId);
  return history.filter((event): event is Extract<HistoryEvent, { kind: K }> => event.kind === kind);
}

// What was due by the time of the call has been handed out when it resolves: the store answers in order.
const barrier = orchestration("barrier", async (ctx) => ctx.sleep(0));
async function settle(world: World): Promise<void> {
  await (await world.client.start(barrier)).result({ timeout: "10s" });
}

const sleeper = orchestration("sleeper", async (ctx, ms: number) => {
  await ctx.sleep(ms);
  return ctx.now();
});

inEveryMode(
  "a timer is one event and one row, across restarts and however often its instance is rehydrated",
  async (world) => {
    const patient = orchestration("patient", async (ctx) => {
      const timer = ctx.sleep("30d");
      for (let poke = 0; poke < 4; poke += 1) await ctx.receive("poke");
      await timer;
      return "awake";
    });
    const handle = await world.client.start(patient, undefined, { instanceId: "p" });
    let node = await world.start({ orchestrations: [patient] });
    const set = await timersAreSet(world, 1);
    for (let poke = 1; poke <= 4; poke += 1) {
      await handle.send("poke");
      await untilRecorded(world, "p", "MessageArrived", poke);
      await node.stop();
      node = await world.start({ orchestrations: [patient] });
      assert.deepEqual(await timersAreSet(world, 1), set);
      assert.equal((await eventsOf(world, "p", "TimerCreated")).length, 1);
    }
    clock.advance("30d");
    assert.equal(await handle.result({ timeout: "10s" }), "awake");
    assert.equal((await eventsOf(world, "p", "TimerFired")).length, 1);
    assert.deepEqual(rawSql(world, "SELECT * FROM perdure_timers"), []);
  },
  { clock },
);

inEveryMode(
  "a timer never fires early by the store's clock",
  async (world) => {
    const wokenAt = new Map<string, number>();
    const timed = orchestration("timed", async (ctx, ms: number) => {
      await ctx.sleep(ms);
      wokenAt.set(ctx.instanceId, world.provider.now());
    });
    await world.start({ orchestrations: [timed, barrier] });
    let runs = 0;
    const durations = fc.uniqueArray(fc.integer({ min: 1, max: 400 * day }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(durations, async (lengths) => {
        const startedAt = clock.now();
        const prefix = `run-${(runs += 1)}`;
        const starts = lengths.map((ms) => ({ orchestration: timed, input: ms, instanceId: `${prefix}-${ms}` }));
        const handles = await world.client.startMany(starts);
        await timersAreSet(world, lengths.length);
        for (const ms of lengths.toSorted((a, b) => a - b)) {
          clock.advanceTo(startedAt + ms - 1);
          await settle(world);
          assert.equal(wokenAt.get(`${prefix}-${ms}`), undefined, "a millisecond before its time");
          clock.advance(1);
          await world.until("it has fired", () => wokenAt.has(`${prefix}-${ms}`));
          assert.equal(wokenAt.get(`${prefix}-${ms}`), startedAt + ms);
        }
        await Promise.all(handles.map((handle) => handle.result({ timeout: "10s" })));
      }),
      { numRuns: 5, endOnFailure: true },
    );
  },
  { clock },
);

inEveryMode("by the machine's clock, too, no timer fires early", async (world) => {
  const wokenAt = new Map<string, number>();
  const timed = orchestration("timed", async (ctx, ms: number) => {
    await ctx.sleep(ms);
    wokenAt.set(ctx.instanceId, world.provider.now());
  });
  await world.start({ orchestrations: [timed] });
  const lengths = Array.from({ length: 60 }, (_, index) => (index * 7) % 151);
  const handles = await world.client.startMany(lengths.map((input) => ({ orchestration: timed, input })));
  await Promise.all(handles.map((handle) => handle.result({ timeout: "20s" })));
  for (const { instanceId } of handles) {
    const [created] = await eventsOf(world, instanceId, "TimerCreated");
    assert.ok(created !== undefined && (wokenAt.get(instanceId) ?? 0) >= created.dueAt);
  }
});

inEveryMode(
  "sleepUntil waits for a date, and not at all for one that is past",
  async (world) => {
    const until = orchestration("until", async (ctx, at: Date | number) => {
      const before = ctx.now();
      await ctx.sleepUntil(at);
      return ctx.now() - before;
    });
    await world.start({ orchestrations: [until] });
    const waitFor = async (at: Date | number) => world.client.start(until, at);
    for (const past of [new Date(0), new Date(clock.now() - day), clock.now() - 0.5, -1e15]) {
      assert.equal(await (await waitFor(past)).result({ timeout: "10s" }), 0);
    }
    const tomorrow = clock.now() + day;
    const handles = [await waitFor(new Date(tomorrow)), await waitFor(tomorrow - 0.5)];
    assert.deepEqual(await timersAreSet(world, 2), [tomorrow, tomorrow], "half a millisecond is not cut off");
    clock.advance("1d");
    for (const handle of handles) assert.equal(await handle.result({ timeout: "10s" }), day);
  },
  { clock },
);

inEveryMode(
  "a timer of ten years fires after ten years, and no node loses its lease meanwhile",
  async (world) => {
    const node = await world.start({ orchestrations: [sleeper, barrier] });
    const { nodeId } = node;
    const startedAt = clock.now();
    const handle = await world.client.start(sleeper, 3_652 * day);
    await timersAreSet(world, 1);
    clock.advance("3651d");
    await settle(world);
    assert.equal((await handle.status()).status, "running");
    clock.advance("1d");
    assert.equal(await handle.result({ timeout: "10s" }), startedAt + 3_652 * day);
    assert.equal(node.nodeId, nodeId);
    assert.deepEqual(world.log.find("lease lost"), []);
  },
  { clock },
);

inEveryMode("sleep(0) is a timer like any other, due at once", async (world) => {
  await world.start({ orchestrations: [sleeper] });
  const handle = await world.client.start(sleeper, 0, { instanceId: "z" });
  await handle.result({ timeout: "10s" });
  const [created] = await eventsOf(world, "z", "TimerCreated");
  const [fired] = await eventsOf(world, "z", "TimerFired");
  assert.ok(created !== undefined && fired !== undefined);
  assert.equal(created.dueAt, created.at);
  assert.equal(fired.scheduledId, created.eventId);
});

inEveryMode(
  "two thousand timers that are due at once all fire",
  async (world) => {
    const many = orchestration("many", async (ctx, count: number) => {
      const woken = await Promise.all(Array.from({ length: count }, () => ctx.sleep("1d")));
      return woken.length;
    });
    await world.start({ orchestrations: [many, sleeper] });
    const wide = await world.client.start(many, 1_000);
    const starts = Array.from({ length: 1_000 }, () => ({ orchestration: sleeper, input: day }));
    const handles = await world.client.startMany(starts);
    await timersAreSet(world, 2_000);
    clock.advance("1d");
    assert.equal(await wide.result({ timeout: "30s" }), 1_000);
    await Promise.all(handles.map((handle) => handle.result({ timeout: "30s" })));
    assert.deepEqual(rawSql(world, "SELECT * FROM perdure_timers"), []);
  },
  { clock },
);

inEveryMode(
  "a timer that came due while no node ran fires when one starts",
  async (world) => {
    const first = await world.start({ orchestrations: [sleeper] });
    const handle = await world.client.start(sleeper, day);
    const [dueAt] = await timersAreSet(world, 1);
    await first.stop();
    clock.advance("2d");
    assert.equal((await timersAreSet(world, 1))[0], dueAt, "nobody to fire it");
    await world.start({ orchestrations: [sleeper] });
    assert.equal(await handle.result({ timeout: "10s" }), (dueAt ?? 0) + day, "now() is when it was delivered");
  },
  { clock },
);
