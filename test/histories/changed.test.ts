import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type OrchestrationContext, orchestration } from "../../src/definition/index.ts";
import { NondeterminismError } from "../../src/errors/index.ts";
import { type HistoryEvent, isDecision } from "../../src/history/index.ts";
import { replayHistory } from "../../src/testing/index.ts";
import { executionsIn, recordings, type RecordedExecution } from "./recordings.ts";
import { assertTurnByTurn } from "./turn-by-turn.ts";

/*
 * A recording that any code agreed with would say nothing. So each is replayed against other code, and against itself
 * with every single one of its decisions changed.
 */

type Body = (ctx: OrchestrationContext, input: never) => Promise<unknown>;

interface Change {
  readonly recording: string;
  readonly what: string;
  readonly name: string;
  readonly version?: string;
  readonly body: Body;
  readonly eventId: number;
  readonly expected: string | RegExp;
  readonly actual: string | RegExp;
  /** Text on the line that the report has to point at. */
  readonly line: string;
}

const changes: readonly Change[] = [
  {
    recording: "activities",
    what: "another activity is called",
    name: "parcel",
    body: async (ctx) => {
      await ctx.activity("pack", "a lamp");
      await ctx.activity("weigh"); // before the label
    },
    eventId: 4,
    expected: 'activity "print"',
    actual: 'activity "weigh"',
    line: "before the label",
  },
  {
    recording: "retries",
    what: "an activity is called once less",
    name: "stubborn",
    body: async (ctx) => {
      await ctx.activity("flaky", 2);
      return ctx.activity("flaky", 9).catch(() => "gives up sooner");
    },
    eventId: 6,
    expected: 'activity "refused"',
    actual: "the function returning",
    line: "gives up sooner",
  },
  {
    recording: "timers",
    what: "a timer became a receive",
    name: "year",
    body: async (ctx) => ctx.receive("month"), // instead of the month
    eventId: 2,
    expected: "a timer",
    actual: 'a receive from mailbox "month"',
    line: "instead of the month",
  },
  {
    recording: "cancellation",
    what: "the cleaning up is gone",
    name: "trip",
    body: async (ctx) => {
      await ctx.activity("book", "hotel");
      const guide = () => ctx.subOrchestration("guide", undefined, { instanceId: "trip-1-guide" });
      await Promise.all([ctx.sleep("7d"), ctx.receive("changes"), guide()]);
    },
    eventId: 11,
    expected: 'activity "release"',
    actual: "the function ending as cancelled",
    line: "const guide = ",
  },
  {
    recording: "children",
    what: "the children come in another order",
    name: "family",
    body: async (ctx) => {
      await ctx.subOrchestration("squares", 4, { instanceId: "family-1-squares" }); // the second one first
    },
    eventId: 2,
    expected: /^sub-orchestration "squares"@1\.0\.0 as "family-1::/,
    actual: 'sub-orchestration "squares" as "family-1-squares"',
    line: "the second one first",
  },
  {
    recording: "detached",
    what: "a detached start is waited for",
    name: "clerk",
    body: async (ctx) => {
      await ctx.subOrchestration("letter", "Ada"); // waits for it
    },
    eventId: 2,
    expected: /^a detached start of "letter" as "clerk-1::/,
    actual: /^sub-orchestration "letter" as "clerk-1::/,
    line: "waits for it",
  },
  {
    recording: "continue-as-new",
    what: "it ends instead of continuing as new",
    name: "sums",
    version: "1.0.0",
    body: async (ctx) => {
      ctx.state.set("execution 1", { sum: 0, random: ctx.random() });
      ctx.setCustomStatus("4 left");
      await ctx.receive("numbers");
      await ctx.sleep("1h"); // and that is all
    },
    eventId: 10,
    expected: "continue-as-new at version 2.0.0",
    actual: "the function returning",
    line: "and that is all",
  },
  {
    recording: "state",
    what: "another value is kept",
    name: "cart",
    body: async (ctx, [thing = ""]: readonly string[]) => {
      ctx.setCustomStatus({ phase: "pricing", left: 2 });
      ctx.state.set("total", await ctx.activity<number>("price", thing).then((price) => price + 1)); // and one
    },
    eventId: 5,
    expected: 'state "total" set to 4',
    actual: 'state "total" set to 5',
    line: "and one",
  },
  {
    recording: "signals",
    what: "the losers are no longer given up",
    name: "races",
    body: async (ctx) => {
      const searcher = ctx.subOrchestration("searcher");
      void searcher;
    },
    eventId: 2,
    expected: 'activity "quote"',
    actual: /^sub-orchestration "searcher"/,
    line: "const searcher",
  },
  {
    recording: "mailboxes",
    what: "a receive asks for another mailbox",
    name: "counter",
    body: async (ctx) => ctx.receive("other"), // not orders
    eventId: 2,
    expected: 'a receive from mailbox "orders"',
    actual: 'a receive from mailbox "other"',
    line: "not orders",
  },
];

for (const { recording, what, name, version, body, ...report } of changes) {
  test(`${recording}: it is noticed that ${what}`, async () => {
    const { file, scenario } = recordings.find((one) => one.name === recording) ?? assert.fail(recording);
    const changed = orchestration(name, { ...(version !== undefined && { version }) }, body);
    const others = scenario.orchestrations.filter(
      (definition) => definition.name !== name || definition.version !== changed.version,
    );
    const { ok, executions } = await replayHistory([changed, ...others], file);
    assert.equal(ok, false);
    const error = executions.find(({ verdict }) => verdict === "diverges")?.error;
    assert.ok(error instanceof NondeterminismError);
    assert.equal(error.eventId, report.eventId, error.message);
    assertText(error.expected, report.expected);
    assertText(error.actual, report.actual);
    const [, path, line] = /(?:file:\/\/)?(\/.*?):(\d+):\d+/.exec(error.site ?? "") ?? [];
    assert.equal(path, import.meta.filename, error.message);
    assert.ok(ownLines[Number(line) - 1]?.includes(report.line), `${error.message}\n\n${ownLines[Number(line) - 1]}`);
  });
}

const ownLines = readFileSync(import.meta.filename, "utf8").split("\n");

function assertText(text: string, expected: string | RegExp): void {
  if (typeof expected === "string") assert.equal(text, expected);
  else assert.match(text, expected);
}

for (const { name, scenario, read } of recordings) {
  test(`${name}: no decision of it can be another one without being noticed at its place`, async () => {
    for (const execution of executionsIn(read())) {
      for (const [index, event] of execution.events.entries()) {
        if (!isDecision(event)) continue;
        const report = await replayHistory(scenario.orchestrations, withEvent(execution, index, another(event)), {
          instanceId: execution.instanceId,
        });
        const { error } = report.executions[0] ?? {};
        assert.ok(error instanceof NondeterminismError, `event ${event.eventId} of ${execution.instanceId}`);
        assert.equal(error.eventId, event.eventId, error.message);
      }
    }
  });
}

/** Something else that could stand there; after what looks like an end, a history would just be damaged. */
function another({ eventId, at, kind }: HistoryEvent): HistoryEvent {
  if (kind === "EventWaitOpened") return { eventId, at, kind: "TimerCreated", dueAt: at };
  return { eventId, at, kind: "EventWaitOpened", name: "of somebody else" };
}

const withEvent = ({ events }: RecordedExecution, index: number, event: HistoryEvent): readonly HistoryEvent[] =>
  events.with(index, event);

test("a value that is another one is noticed turn by turn", async () => {
  for (const { name, scenario, read } of recordings) {
    const execution = executionsIn(read())[0] as RecordedExecution;
    const index = execution.events.findLastIndex((event) => isDecision(event) && "payload" in event);
    const event = execution.events[index];
    if (event === undefined || !("payload" in event)) continue;
    const events = withEvent(execution, index, { ...event, payload: `[${event.payload}]` });
    await assert.rejects(assertTurnByTurn(scenario, { ...execution, events }), assert.AssertionError, name);
  }
});
