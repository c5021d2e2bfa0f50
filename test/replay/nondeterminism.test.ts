import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { type OrchestrationContext, activity, orchestration } from "../../src/definition/index.ts";
import { CorruptHistoryError, NondeterminismError } from "../../src/errors/index.ts";
import { type HistoryEvent, type ReceivedDraft, decodeHistory, encodeEvent } from "../../src/history/index.ts";
import { describeEvent } from "../../src/replay/index.ts";
import { assertReports, replayChanged, replayOver } from "../support/nondeterminism.ts";
import { repeatable } from "../support/property.ts";
import { chosenMessages, interpret, program, withPart } from "../support/random-program.ts";
import {
  type Body,
  cancelled,
  childCompleted,
  completed,
  failed,
  fired,
  live,
  raised,
  started,
} from "../support/replay-harness.ts";
import { World, inEveryMode } from "../support/world.ts";
import { changes } from "./changed-code.ts";
import { harmlessChanges } from "./harmless-code.ts";

const changedCode = join(import.meta.dirname, "changed-code.ts");

for (const { name, was, is, turns, ...report } of changes) {
  test(`changed code is reported: ${name}`, async () => {
    assertReports(await replayChanged(was, is, turns), report, changedCode);
  });
}

for (const { name, was, is, turns } of harmlessChanges) {
  test(`code may change: ${name}`, async () => {
    const outcome = await replayChanged(was, is, turns);
    assert.notEqual(outcome.kind, "fault", outcome.kind === "fault" ? outcome.error.message : "");
  });
}

test("a report on code that never called its context names where the function is defined", async () => {
  const { history } = await live((ctx) => ctx.activity("first"), [[started()]]);
  const outcome = await replayOver(() => "at once", history);
  assert.equal(outcome.kind, "fault");
  assert.match(outcome.kind === "fault" ? outcome.error.message : "", /\n {2}in the function defined at: somewhere/);
  const own = orchestration("own", () => null).definedAt ?? "";
  assert.ok(own.includes("nondeterminism.test.ts:"), own);
});

// --- histories that no code could have written -------------------------------------------------------------------

const worker: Body = async (ctx) => {
  const results = [ctx.activity("first"), ctx.sleep("1s"), ctx.subOrchestration("child"), ctx.waitForEvent("go")];
  return await Promise.all(results);
};
const place = (message: ReceivedDraft, eventId: number): HistoryEvent => ({ ...message, eventId, at: 9_000 });

/** The worker's history, open operations 2 to 5, followed by what is given. */
async function followedBy(...messages: readonly ReceivedDraft[]): Promise<HistoryEvent[]> {
  const { history } = await live(worker, [[started()]]);
  return [...history, ...messages.map((message, index) => place(message, history.length + 1 + index))];
}

const contradictions: readonly {
  readonly name: string;
  readonly messages: readonly ReceivedDraft[];
  readonly actual: string;
  /** Such a message, when it comes now, is no more than late. */
  readonly isDroppedLive?: true;
}[] = [
  {
    name: "a completion of another kind",
    messages: [completed(3)],
    actual: "event 3 is TimerCreated, which that does not complete",
  },
  {
    name: "a child's completion for an activity",
    messages: [childCompleted(2)],
    actual: "event 2 is ActivityScheduled, which that does not complete",
  },
  { name: "a completion for an id that was never scheduled", messages: [completed(9)], actual: "there is no event 9" },
  { name: "a timer fired that was never created", messages: [fired(9)], actual: "there is no event 9" },
  {
    name: "a time limit of an operation that has none",
    messages: [fired(2)],
    actual: "event 2 is ActivityScheduled, which that does not complete",
  },
  {
    name: "a completion for something received",
    messages: [completed(1)],
    actual: "event 1 is OrchestrationStarted, which that does not complete",
  },
  {
    name: "a second completion",
    messages: [completed(2), failed(2)],
    actual: "its operation has ended before",
    isDroppedLive: true,
  },
  {
    name: "an event that nobody waits for",
    messages: [raised("stop", 1)],
    actual: 'no wait for event "stop" is open',
    isDroppedLive: true,
  },
  {
    name: "an event that nobody waits for any more",
    messages: [raised("go", 1), raised("go", 2)],
    actual: 'no wait for event "go" is open',
    isDroppedLive: true,
  },
  { name: "a second start", messages: [started()], actual: "the execution has started before", isDroppedLive: true },
];

for (const { name, messages, actual, isDroppedLive } of contradictions) {
  test(`a history is refused that has ${name}`, async () => {
    const outcome = await replayOver(worker, await followedBy(...messages));
    assert.ok(outcome.kind === "fault" && outcome.error instanceof NondeterminismError);
    assert.equal(outcome.error.eventId, 5 + messages.length);
    assert.equal(outcome.error.actual, actual);
    assert.match(outcome.error.message, /\n {2}after: worker \(file:.*nondeterminism\.test\.ts:\d+:\d+\)/);
  });

  test(`a message is ${isDroppedLive ? "dropped" : "refused"} that is ${name}`, async () => {
    const { engine, history } = await live(worker, [[started()]]);
    const turn = await engine.turn(messages, 9_000);
    assert.deepEqual(turn.dispositions.at(-1), { dropped: actual });
    assert.equal(turn.events.length, messages.length - 1);
    if (isDroppedLive) assert.deepEqual(turn.outcome, { kind: "waiting" });
    else assert.ok(turn.outcome.kind === "fault" && turn.outcome.error instanceof NondeterminismError);
    assert.ok(history.length > 0);
  });
}

test("a history is refused that requests to cancel twice", async () => {
  const stubborn: Body = (ctx) => ctx.activity("first").catch(() => ctx.activity("cleanup"));
  const { history } = await live(stubborn, [[started()], [cancelled()]]);
  const outcome = await replayOver(stubborn, [...history, place(cancelled(), history.length + 1)]);
  assert.ok(outcome.kind === "fault" && outcome.error instanceof NondeterminismError);
  assert.equal(outcome.error.actual, "cancellation was requested before");
});

const damages: readonly {
  readonly name: string;
  readonly edit: (history: HistoryEvent[]) => HistoryEvent[];
  readonly eventId: number;
  readonly actual: string;
}[] = [
  {
    name: "a received event is missing",
    edit: (history) => history.toSpliced(5, 1),
    eventId: 6,
    actual: "event 6 is next: a gap or a duplicate",
  },
  {
    name: "a decision is missing",
    edit: (history) => history.toSpliced(2, 1),
    eventId: 3,
    actual: "event 3 is next: a gap or a duplicate",
  },
  {
    name: "a received event is there twice",
    edit: (history) => history.toSpliced(5, 0, history[5] as HistoryEvent),
    eventId: 7,
    actual: "event 7 is next: a gap or a duplicate",
  },
  {
    name: "a decision is there twice",
    edit: (history) => history.toSpliced(2, 0, history[2] as HistoryEvent),
    eventId: 4,
    actual: "event 4 is next: a gap or a duplicate",
  },
  {
    name: "an id is skipped",
    edit: (history) => history.map((event) => (event.eventId > 5 ? { ...event, eventId: event.eventId + 1 } : event)),
    eventId: 6,
    actual: "event 6 is next: a gap or a duplicate",
  },
  {
    name: "the beginning is missing",
    edit: (history) => history.slice(1),
    eventId: 1,
    actual: "event 1 is next: a gap or a duplicate",
  },
  {
    name: "it begins with a decision",
    edit: (history) => history.slice(1).map((event, index) => ({ ...event, eventId: index + 1 })),
    eventId: 1,
    actual: "it is not something received",
  },
  {
    name: "something follows the end",
    edit: (history) => [...history, place(fired(3), history.length + 1)],
    eventId: 11,
    actual: "the execution has ended",
  },
  {
    name: "something decided follows the end",
    edit: (history) => [...history, { ...(history[1] as HistoryEvent), eventId: history.length + 1 }],
    eventId: 11,
    actual: "the function has ended",
  },
];

for (const { name, edit, eventId, actual } of damages) {
  test(`a history is refused, by the engine and by the decoder, when ${name}`, async () => {
    const messages = [[started()], [completed(2, 1)], [fired(3)], [childCompleted(4, 2), raised("go", 3)]];
    const { history, last } = await live(worker, messages);
    assert.equal(last.outcome.kind, "ended");
    const damaged = edit(history);
    const outcome = await replayOver(worker, damaged);
    assert.ok(outcome.kind === "fault" && outcome.error instanceof NondeterminismError);
    assert.deepEqual([outcome.error.eventId, outcome.error.actual], [eventId, actual]);
    assert.throws(() => decodeHistory(damaged.map(encodeEvent)), CorruptHistoryError);
  });
}

test("any change of any program is reported, or makes no difference to what its history decides", async () => {
  let reported = 0;
  let harmless = 0;
  const choices = fc.array(fc.nat(4_095), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(program, program, fc.nat(12), choices, async (before, other, place, chosen) => {
      const after = withPart(before, place, other);
      const turns = [await chosenMessages(before, chosen, 2_000)];
      const { history, last } = await live((ctx) => interpret(ctx, before), turns);
      if (last.outcome.kind === "fault") return;
      const outcome = await replayOver((ctx) => interpret(ctx, after), history);
      if (outcome.kind === "fault") {
        reported += 1;
        assert.ok(["NONDETERMINISM", "FOREIGN_AWAIT"].includes(outcome.error.code), outcome.error.message);
        return;
      }
      harmless += 1;
      const fresh = await live((ctx) => interpret(ctx, after), turns);
      // A time limit that was added or taken away is one that the history does not know of.
      if (fresh.last.outcome.kind !== "fault") assert.deepEqual(shape(fresh.history), shape(history));
    }),
    repeatable(import.meta.filename, 300),
  );
  assert.ok(reported > 50 && harmless > 20, `${reported} reported, ${harmless} harmless`);
});

// Marks of patches may be left out, and the ids after them are others then. An error's words are not compared.
const shape = (history: readonly HistoryEvent[]) =>
  history
    .filter(({ kind }) => kind !== "PatchMarked")
    .map((event) => (event.kind === "OrchestrationFailed" ? event.kind : describeEvent(event)))
    .map((text) => text.replaceAll(/(operation |event |\.1\.)\d+/g, "$1n"));

// --- end to end --------------------------------------------------------------------------------------------------

const reserve = activity("reserve", () => "reserved");
const ship = activity("ship", () => "shipped");

const order = orchestration("order", async (ctx) => {
  const reserved = await ctx.activity(reserve);
  await ctx.receive("go");
  return [reserved, await ctx.activity(ship)];
});

const changedOrder = orchestration("order", async function changedOrder(ctx: OrchestrationContext) {
  const reserved = await ctx.activity(ship);
  await ctx.receive("go");
  return [reserved];
});

const parent = orchestration("parent", async (ctx) => {
  try {
    return await ctx.subOrchestration(order, undefined, { instanceId: "order-1" });
  } catch (error) {
    return error;
  }
});

const activities = [reserve, ship];

/** The order waits for its message, and no node is left that has it in memory. */
async function startOrder(world: World, start: () => Promise<unknown>): Promise<void> {
  const node = await world.start({ orchestrations: [order, parent], activities });
  await start();
  await world.until("the order waits", async () => {
    const status = await world.client.getStatus("order-1").catch(() => null);
    if (status?.status !== "running") return false;
    return (await world.client.getHistory("order-1")).some(({ kind }) => kind === "ReceiveOpened");
  });
  await node.stop();
}

const report =
  /^The code of "order-1".*\n {2}event 2\n {2}expected \(history\): activity "reserve"\n {2}actual \(code\): {6}activity "ship"\n {2}at: changedOrder \(file:.*nondeterminism\.test\.ts:\d+:\d+\)\n/;

inEveryMode("an instance whose code changed under it fails, and the error says how", async (world) => {
  await startOrder(world, () => world.client.start(order, undefined, { instanceId: "order-1" }));
  await world.start({ orchestrations: [changedOrder], activities });
  await world.client.send("order-1", "go", true);
  const handle = world.client.getHandle("order-1");
  await assert.rejects(handle.result({ timeout: "20s" }), (error) => {
    assert.ok(error instanceof NondeterminismError);
    assert.match(error.message, report);
    return true;
  });
  const { status, error } = await world.client.getStatus("order-1");
  assert.equal(status, "failed");
  assert.ok(error instanceof NondeterminismError);
  const history = await world.client.getHistory("order-1");
  assert.equal(history.at(-1)?.kind, "ExecutionEnded");
});

test("a node reports the last call of code that stops short", async () => {
  const world = await World.open();
  try {
    const short = orchestration("order", async function short(ctx: OrchestrationContext) {
      await ctx.activity(reserve);
    });
    await startOrder(world, () => world.client.start(order, undefined, { instanceId: "order-1" }));
    await world.start({ orchestrations: [short], activities });
    await world.client.send("order-1", "go", true);
    await assert.rejects(world.client.getHandle("order-1").result({ timeout: "20s" }), (error: Error) => {
      assert.match(error.message, /expected \(history\): a receive from mailbox "go"\n.*: {6}the function returning\n/);
      assert.match(error.message, /\n {2}after: short \(file:.*nondeterminism\.test\.ts:\d+:\d+\)\n/);
      return true;
    });
  } finally {
    await world.close();
  }
});

inEveryMode("a parent hears that its child's code changed", async (world) => {
  await startOrder(world, () => world.client.start(parent, undefined, { instanceId: "parent-1" }));
  await world.start({ orchestrations: [changedOrder, parent], activities });
  await world.client.send("order-1", "go", true);
  const error = await world.client.getHandle("parent-1").result({ timeout: "20s" });
  assert.ok(error instanceof NondeterminismError);
  assert.match(error.message, report);
  assert.equal(error.eventId, 2);
  assert.equal(error.expected, 'activity "reserve"');
  assert.equal(error.actual, 'activity "ship"');
});

inEveryMode("a blocked instance shows the report, and completes once it has its code again", async (world) => {
  await startOrder(world, () => world.client.start(order, undefined, { instanceId: "order-1" }));
  const wrong = await world.start({ orchestrations: [changedOrder], activities, onNondeterminism: "block" });
  await world.client.send("order-1", "go", true);
  const blocked = await world.until("it is quarantined", async () => {
    const status = await world.client.getStatus("order-1");
    return status.quarantine === undefined ? null : status;
  });
  assert.equal(blocked.status, "running");
  assert.match(blocked.quarantine ?? "", report);
  await wrong.stop();

  await world.start({ orchestrations: [order], activities });
  await world.client.releaseQuarantine("order-1");
  const result = await world.client.getHandle("order-1").result({ timeout: "20s" });
  assert.deepEqual(result, ["reserved", "shipped"]);
  assert.equal((await world.client.getStatus("order-1")).quarantine, undefined);
});
