import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type HistoryEvent, type ReceivedDraft, isDecision } from "../../src/history/index.ts";
import type { Outcome } from "../../src/replay/index.ts";
import { repeatable } from "../support/property.ts";
import { chosenMessages, interpret, program } from "../support/random-program.ts";
import { type Body, arrived, completed, engineFor, failed, fired, kinds, started } from "../support/replay-harness.ts";

// The same for every message, for history depends on when messages come, and is not to depend on how they are batched.
const at = 1_000;

interface Run {
  readonly history: readonly HistoryEvent[];
  readonly dispositions: readonly unknown[];
  readonly outcome: Outcome;
}

async function run(body: Body, batches: readonly (readonly ReceivedDraft[])[]): Promise<Run> {
  const engine = engineFor(body);
  const history: HistoryEvent[] = [];
  const dispositions: unknown[] = [];
  let outcome: Outcome = { kind: "waiting" };
  for (const batch of batches) {
    const turn = await engine.turn(batch, at);
    history.push(...turn.events);
    dispositions.push(...turn.dispositions);
    ({ outcome } = turn);
  }
  return { history, dispositions, outcome };
}

/** One by one, all at once, and cut in two at many places: always the same history. Then replayed from every prefix. */
async function assertSameHoweverBatched(body: Body, messages: readonly ReceivedDraft[]): Promise<Run> {
  const oneByOne = await run(
    body,
    messages.map((message) => [message]),
  );
  assert.deepEqual(await run(body, [messages]), oneByOne);
  for (let cut = 1; cut < messages.length; cut += Math.ceil(messages.length / 12)) {
    assert.deepEqual(await run(body, [messages.slice(0, cut), messages.slice(cut)]), oneByOne);
  }
  await assertSameFromEveryPrefix(body, messages, oneByOne);
  return oneByOne;
}

async function assertSameFromEveryPrefix(
  body: Body,
  messages: readonly ReceivedDraft[],
  { history, dispositions }: Run,
) {
  let replayed = 0;
  for (const [index, disposition] of dispositions.entries()) {
    if (disposition !== "recorded") continue;
    replayed += 1;
    const engine = engineFor(body);
    const prefix = history.slice(0, endOfDelivery(history, replayed));
    const outcome = await engine.replay(prefix);
    assert.notEqual(outcome.kind, "fault", outcome.kind === "fault" ? outcome.error.message : "");
    const rest = await engine.turn(messages.slice(index + 1), at);
    assert.deepEqual([...prefix, ...rest.events], history);
    assert.deepEqual(rest.dispositions, dispositions.slice(index + 1));
  }
}

/** How many events there are up to the last decision that followed the n-th message. */
function endOfDelivery(history: readonly HistoryEvent[], n: number): number {
  const received = history.flatMap((event, index) => (isDecision(event) ? [] : [index]));
  return received[n] ?? history.length;
}

function result({ history }: Run): unknown {
  const last = history.at(-1);
  assert.ok(last?.kind === "OrchestrationCompleted", last?.kind);
  return JSON.parse(last.payload);
}

async function hop(hops: number): Promise<void> {
  for (let done = 0; done < hops; done += 1) await Promise.resolve();
}

test("chains of any length keep the order of the messages that began them", async () => {
  const lengths = Array.from({ length: 61 }, (_, hops) => 60 - hops);
  const body: Body = async (ctx) => {
    const order: string[] = [];
    await Promise.all(
      lengths.map(async (hops) => {
        await ctx.activity(`first-${hops}`);
        await hop(hops);
        order.push(`${hops}`);
        await ctx.activity(`second-${hops}`);
        await hop(60 - hops);
        order.push(`${hops}`);
      }),
    );
    return order;
  };
  const firsts = lengths.map((_, index) => completed(2 + index));
  const scheduled = (await run(body, [[started(), ...firsts]])).history;
  const seconds = scheduled.filter((event) => event.kind === "ActivityScheduled" && event.name.startsWith("second"));
  const messages = [started(), ...firsts, ...seconds.map(({ eventId }) => completed(eventId))];
  const outcome = await assertSameHoweverBatched(body, messages);
  const names = lengths.map(String);
  assert.deepEqual(result(outcome), [...names, ...names]);
});

test("the first message wins a race, however long the winner's chain is", async () => {
  for (let hops = 1; hops <= 60; hops += 1) {
    const body: Body = (ctx) => {
      const long = ctx.activity("long").then(() => hop(hops).then(() => "long"));
      return Promise.race([long, ctx.activity("short").then(() => "short")]);
    };
    assert.equal(result(await assertSameHoweverBatched(body, [started(), completed(2), completed(3)])), "long");
    assert.equal(result(await assertSameHoweverBatched(body, [started(), completed(3), completed(2)])), "short");
  }
});

test("all, race, any and allSettled nest", async () => {
  const body: Body = (ctx) =>
    Promise.all([
      Promise.race([ctx.activity("a"), ctx.sleep("1s").then(() => "late")]),
      Promise.any([ctx.activity("b"), Promise.all([ctx.activity("c"), ctx.receive("box")])]),
      Promise.allSettled([ctx.waitForEvent("go"), Promise.race([ctx.activity("d"), ctx.activity("e")])]),
    ]);
  const messages = [
    started(),
    failed(4, "b broke"),
    arrived("box", "message"),
    fired(3),
    completed(2, "too late"),
    failed(9, "e broke"),
    completed(5, "c"),
    { kind: "EventRaised" as const, name: "go", payload: "7" },
  ];
  // Without a stack: the engine made this error, and does not run the same way in a turn and in a replay.
  const brokenE = {
    name: "ActivityError",
    message: "e broke",
    code: "ACTIVITY_FAILED",
    category: "application",
    details: { activity: "e", attempts: 1 },
    cause: { name: "Error", message: "e broke" },
  };
  assert.deepEqual(result(await assertSameHoweverBatched(body, messages)), [
    "late",
    ["c", "message"],
    [
      { status: "fulfilled", value: 7 },
      { status: "rejected", reason: { $perdure: "Error", value: brokenE } },
    ],
  ]);
});

test("the first settlement ends the function, and floating branches do nothing afterwards", async () => {
  const after: string[] = [];
  const body: Body = async (ctx) => {
    const floating = async () => {
      await hop(5);
      after.push(`random ${typeof ctx.random()}`);
      ctx.setCustomStatus("too late");
      after.push(await Promise.race([ctx.startOrchestration("nobody"), hop(30).then(() => "not started")]));
      void ctx.activity("never");
      void ctx.continueAsNew("never");
    };
    await ctx.activity("last");
    void floating();
    return "done";
  };
  const outcome = await assertSameHoweverBatched(body, [started(), completed(2), completed(2), arrived("box", 1)]);
  assert.deepEqual(kinds(outcome.history), [
    "OrchestrationStarted",
    "ActivityScheduled",
    "ActivityCompleted",
    "OrchestrationCompleted",
  ]);
  assert.deepEqual(outcome.dispositions.slice(2), [
    { dropped: "the execution has ended" },
    { dropped: "the execution has ended" },
  ]);
  assert.deepEqual(new Set(after), new Set(["random number", "not started"]));
});

test("continue-as-new is an end like any other, and leaves to the next execution what is meant for the instance", async () => {
  const body: Body = async (ctx) => {
    void ctx.activity("lost");
    const input = await ctx.receive("box");
    void ctx.continueAsNew(input);
    ctx.setCustomStatus("too late");
    return "too late as well";
  };
  const messages = [started(), arrived("box", 1), arrived("box", 2), completed(2), arrived("other", 3)];
  const { history, dispositions } = await assertSameHoweverBatched(body, messages);
  assert.deepEqual(kinds(history).at(-1), "OrchestrationContinuedAsNew");
  assert.deepEqual(dispositions.slice(2), ["left", { dropped: "the execution has ended" }, "left"]);
});

for (const size of [1_000, 10_000]) {
  test(`a fan-in of ${size} completions gives each result its place`, async () => {
    const body: Body = async (ctx) => {
      const results = await Promise.all(Array.from({ length: size }, (_, index) => ctx.activity("each", index)));
      return results.reduce((sum: number, value, index) => sum + (value === index ? 1 : 0), 0);
    };
    const shuffled = Array.from({ length: size }, (_, index) => (index * 7_919) % size);
    const completions = shuffled.map((index) => completed(index + 2, index));
    const messages = [started(), ...completions];
    const one = await run(body, [messages]);
    assert.equal(result(one), size);
    assert.deepEqual(await run(body, [messages.slice(0, size / 2), messages.slice(size / 2)]), one);
    const engine = engineFor(body);
    assert.deepEqual(await engine.replay(one.history), { kind: "ended", event: one.history.at(-1) });
  });
}

test("any program, with any messages in any order: history does not depend on batches, and every prefix replays", async () => {
  let recorded = 0;
  let ended = 0;
  await fc.assert(
    fc.asyncProperty(
      program,
      fc.array(fc.nat(4_095), { minLength: 1, maxLength: 24 }),
      fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1 }),
      async (whole, choices, sizes) => {
        const body: Body = (ctx) => interpret(ctx, whole);
        const messages = await chosenMessages(whole, choices, at);
        const oneByOne = await run(
          body,
          messages.map((message) => [message]),
        );
        assert.deepEqual(await run(body, batched(messages, sizes)), oneByOne);
        assert.deepEqual(await run(body, [messages]), oneByOne);
        await assertSameFromEveryPrefix(body, messages, oneByOne);
        recorded += oneByOne.dispositions.filter((disposition) => disposition === "recorded").length;
        ended += oneByOne.outcome.kind === "ended" ? 1 : 0;
      },
    ),
    repeatable(import.meta.filename, 300),
  );
  assert.ok(recorded > 300 && ended > 10, `${recorded} messages, ${ended} ends: the programs have become too dull`);
});

function batched(messages: readonly ReceivedDraft[], sizes: readonly number[]): ReceivedDraft[][] {
  const batches: ReceivedDraft[][] = [];
  for (let from = 0; from < messages.length;) {
    const size = sizes[batches.length % sizes.length] as number;
    batches.push(messages.slice(from, from + size));
    from += size;
  }
  return batches;
}
