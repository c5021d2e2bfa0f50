import assert from "node:assert/strict";
import { test } from "node:test";
import type { OrchestrationContext } from "../../src/definition/index.ts";
import { TimeoutError } from "../../src/errors/index.ts";
import type { ReceivedDraft } from "../../src/history/index.ts";
import {
  type Body,
  arrived,
  childCompleted,
  completed,
  engineFor,
  fired,
  kinds,
  live,
  raised,
  started,
} from "../support/replay-harness.ts";

const timeout = "90s";

const operations: readonly {
  readonly name: string;
  readonly call: (ctx: OrchestrationContext) => Promise<unknown>;
  readonly what: string;
  readonly end: ReceivedDraft;
}[] = [
  {
    name: "an activity",
    call: (ctx) => ctx.activity("work", null, { timeout }),
    what: 'activity "work"',
    end: completed(2, "done"),
  },
  {
    name: "a child",
    call: (ctx) => ctx.subOrchestration("child", null, { timeout }),
    what: 'sub-orchestration "child"',
    end: childCompleted(2, "done"),
  },
  {
    name: "a receive",
    call: (ctx) => ctx.receive("box", { timeout }),
    what: 'mailbox "box"',
    end: arrived("box", "done"),
  },
  {
    name: "a wait for an event",
    call: (ctx) => ctx.waitForEvent("go", { timeout }),
    what: 'event "go"',
    end: raised("go", "done"),
  },
];

for (const { name, call, what, end } of operations) {
  const body: Body = async (ctx) => {
    try {
      return await call(ctx);
    } catch (error) {
      assert.ok(error instanceof TimeoutError);
      await ctx.sleep("1h");
      return error.message;
    }
  };

  test(`the time limit of ${name} is recorded when it is called, and rejects when it comes`, async () => {
    const { history, turns } = await live(body, [[started()], [fired(2)], [fired(4)]]);
    const [, opened] = history;
    assert.equal(opened && "dueAt" in opened && opened.dueAt, 2_000 + 90_000);
    assert.deepEqual(turns[1]?.closed, [
      { eventId: 2, kind: opened?.kind, dueAt: 92_000, by: "timeLimit", ...instanceIdOf(opened) },
    ]);
    assert.equal(history[2]?.at, 92_000);
    const { payload } = history.at(-1) as { payload: string };
    assert.equal(payload, JSON.stringify(`The time limit of ${what} ran out.`));
    const replayed = engineFor(body);
    assert.equal((await replayed.replay(history.slice(0, 4))).kind, "waiting");
  });

  test(`${name} that ends in time leaves a timer for the applier to cancel`, async () => {
    const { history, turns } = await live(body, [[started()], [end, fired(2)]]);
    assert.deepEqual(
      turns[1]?.closed.map(({ eventId, by, dueAt }) => [eventId, by, dueAt]),
      [[2, "completion", 92_000]],
    );
    assert.equal((history.at(-1) as { payload: string }).payload, '"done"');
    assert.deepEqual(turns[1]?.dispositions[1], { dropped: "the execution has ended" });
  });

  test(`${name} that ends too late is dropped`, async () => {
    const { turns } = await live(body, [[started()], [fired(2)], [end]]);
    const [disposition] = turns[2]?.dispositions ?? [];
    // A mailbox message is never dropped: it waits for the next receive.
    if (end.kind === "MessageArrived") assert.equal(disposition, "recorded");
    else assert.equal(typeof disposition === "object" && disposition.dropped.length > 0, true);
    assert.deepEqual(turns[2]?.outcome, { kind: "waiting" });
  });
}

test("a timer is due at its duration after now, and not before, even when the clock has gone back", async () => {
  const body: Body = async (ctx) => {
    await ctx.sleep("10s");
    await ctx.sleepUntil(new Date(50_000.5));
    await ctx.sleepUntil(7);
    return ctx.now();
  };
  const engine = engineFor(body);
  const history = [...(await engine.turn([started()], 5_000)).events];
  history.push(...(await engine.turn([fired(2)], 4_000)).events);
  history.push(...(await engine.turn([fired(4)], 60_000)).events);
  history.push(...(await engine.turn([fired(6)], 1_000)).events);
  assert.deepEqual(
    history.map((event) => [event.at, "dueAt" in event ? event.dueAt : null]),
    [
      [5_000, null],
      [5_000, 15_000],
      [15_000, null],
      [15_000, 50_000],
      [60_000, null],
      [60_000, 7],
      [60_000, null],
      [60_000, null],
    ],
  );
  assert.equal((history.at(-1) as { payload: string }).payload, "60000");
  assert.equal(kinds(history).at(-1), "OrchestrationCompleted");
});

test("an operation without a limit has no timer", async () => {
  const { history } = await live((ctx) => ctx.activity("work"), [[started()]]);
  assert.deepEqual(Object.keys(history[1] ?? {}).toSorted(), ["at", "eventId", "kind", "name", "payload"]);
});

function instanceIdOf(opened: unknown): object {
  const { instanceId } = opened as { instanceId?: string };
  return instanceId === undefined ? {} : { instanceId };
}
