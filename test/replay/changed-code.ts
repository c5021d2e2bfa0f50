import type { OrchestrationContext } from "../../src/definition/index.ts";
import type { ReceivedDraft } from "../../src/history/index.ts";
import type { Report } from "../support/nondeterminism.ts";
import { type Body, cancelled, completed, failed, fired, raised, started } from "../support/replay-harness.ts";

/** A history is written by one function, and another one is led through it. */
export interface Change extends Report {
  readonly name: string;
  readonly was: Body;
  readonly is: Body;
  readonly turns: readonly (readonly ReceivedDraft[])[];
}

const id = "explicit-id";
const start = [started()];

// Functions in the shape of a real one: something, then what is about to change, then something else.
const twoSteps: Body = async (ctx) => {
  await ctx.activity("first");
  await ctx.activity("second");
};
const both: Body = (ctx) => Promise.all([ctx.activity("first"), ctx.activity("second")]);

export const changes: readonly Change[] = [
  {
    name: "other code altogether",
    was: twoSteps,
    is: async (ctx) => {
      await ctx.waitForEvent("go");
    },
    turns: [start],
    eventId: 2,
    expected: 'activity "first"',
    actual: 'a wait for event "go"',
    line: 'ctx.waitForEvent("go")',
  },
  {
    name: "another kind of work",
    was: twoSteps,
    is: async (ctx) => {
      await ctx.activity("first");
      await ctx.sleep("1s");
    },
    turns: [start, [completed(2)]],
    eventId: 4,
    expected: 'activity "second"',
    actual: "a timer",
    line: 'ctx.sleep("1s")',
  },
  {
    name: "another name",
    was: twoSteps,
    is: async (ctx) => {
      await ctx.activity("first");
      await ctx.activity("third");
    },
    turns: [start, [completed(2)]],
    eventId: 4,
    expected: 'activity "second"',
    actual: 'activity "third"',
    line: 'ctx.activity("third")',
  },
  {
    name: "another mailbox",
    was: async (ctx) => ctx.receive("orders"),
    is: async (ctx) => ctx.receive("returns"),
    turns: [start],
    eventId: 2,
    expected: 'a receive from mailbox "orders"',
    actual: 'a receive from mailbox "returns"',
    line: 'ctx.receive("returns")',
  },
  {
    name: "work in another order",
    was: both,
    is: (ctx) => {
      const second = ctx.activity("second");
      return Promise.all([ctx.activity("first"), second]);
    },
    turns: [start],
    eventId: 2,
    expected: 'activity "first"',
    actual: 'activity "second"',
    line: "const second =",
  },
  {
    name: "work removed from the middle",
    was: twoSteps,
    is: async (ctx) => {
      await ctx.activity("second");
    },
    turns: [start],
    eventId: 2,
    expected: 'activity "first"',
    actual: 'activity "second"',
    line: 'ctx.activity("second")',
  },
  {
    name: "work removed from the end",
    was: both,
    is: (ctx) => ctx.activity("first"),
    turns: [start],
    eventId: 3,
    expected: 'activity "second"',
    actual: "no further decision at this point",
    line: 'is: (ctx) => ctx.activity("first")',
  },
  {
    name: "work that the history has and the code no longer comes to",
    was: twoSteps,
    is: async (ctx) => {
      await Promise.all([ctx.activity("first"), new Promise(() => undefined)]);
      await ctx.activity("second");
    },
    turns: [start, [completed(2)]],
    eventId: 4,
    expected: 'activity "second"',
    actual: "no further decision at this point",
    line: 'ctx.activity("first")',
  },
  {
    name: "work added",
    was: (ctx) => ctx.activity("first"),
    is: both,
    turns: [start],
    eventId: 3,
    expected: "no further decision at this point",
    actual: 'activity "second"',
    line: "const both",
  },
  {
    name: "an early return while the history goes on",
    was: twoSteps,
    is: async (ctx) => {
      await ctx.activity("first");
    },
    turns: [start, [completed(2)]],
    eventId: 4,
    expected: 'activity "second"',
    actual: "the function returning",
    line: 'ctx.activity("first")',
  },
  {
    name: "an early return while the history waits",
    was: both,
    is: (ctx) => Promise.race([ctx.activity("first"), ctx.activity("second")]),
    turns: [start, [completed(2)]],
    eventId: 5,
    expected: "no further decision at this point",
    actual: "the function returning",
    line: "is: (ctx) => Promise.race(",
  },
  {
    name: "an error while the history goes on",
    was: twoSteps,
    is: async (ctx) => {
      await ctx.activity("first");
      throw new RangeError("no more");
    },
    turns: [start, [completed(2)]],
    eventId: 4,
    expected: 'activity "second"',
    actual: "the function throwing RangeError: no more",
    line: "throw new RangeError",
  },
  {
    name: "code that goes on where the history ended",
    was: async (ctx) => {
      await ctx.activity("first");
    },
    is: twoSteps,
    turns: [start, [completed(2)]],
    eventId: 4,
    expected: "the function returning",
    actual: 'activity "second"',
    line: 'await ctx.activity("second");',
  },
  {
    name: "a return where the function threw",
    was: async (ctx) => {
      await ctx.activity("first");
    },
    is: async (ctx) => {
      await ctx.activity("first").catch(() => undefined);
    },
    turns: [start, [failed(2, "broken")]],
    eventId: 4,
    expected: "the function throwing ActivityError: broken",
    actual: "the function returning",
    line: ".catch(() => undefined)",
  },
  {
    name: "another child",
    was: (ctx) => ctx.subOrchestration("child"),
    is: (ctx) => ctx.subOrchestration("other"),
    turns: [start],
    eventId: 2,
    expected: 'sub-orchestration "child" as "test-1::run-1.1.2"',
    actual: 'sub-orchestration "other" as "test-1::run-1.1.2"',
    line: 'subOrchestration("other")',
  },
  {
    name: "another id of a child",
    was: (ctx) => ctx.subOrchestration("child"),
    is: (ctx) => ctx.subOrchestration("child", null, { instanceId: id }),
    turns: [start],
    eventId: 2,
    expected: 'sub-orchestration "child" as "test-1::run-1.1.2"',
    actual: 'sub-orchestration "child" as "explicit-id"',
    line: "instanceId: id }),",
  },
  {
    name: "another version of a child",
    was: (ctx) => ctx.subOrchestration("child", null, { version: "1.0.0" }),
    is: (ctx) => ctx.subOrchestration("child", null, { version: "2.0.0" }),
    turns: [start],
    eventId: 2,
    expected: 'sub-orchestration "child"@1.0.0 as "test-1::run-1.1.2"',
    actual: 'sub-orchestration "child"@2.0.0 as "test-1::run-1.1.2"',
    line: 'version: "2.0.0"',
  },
  {
    name: "a version of a child where there was none",
    was: (ctx) => ctx.subOrchestration("child"),
    is: (ctx) => ctx.subOrchestration("child", null, { version: "1.0.0" }),
    turns: [start],
    eventId: 2,
    expected: 'sub-orchestration "child" as "test-1::run-1.1.2"',
    actual: 'sub-orchestration "child"@1.0.0 as "test-1::run-1.1.2"',
    line: 'is: (ctx) => ctx.subOrchestration("child", null, { version: "1.0.0" })',
  },
  ...["name", "id", "version"].map((what): Change => {
    const before = 'a detached start of "mailer" as "mail-1"';
    const [name, instanceId, version] = [
      what === "name" ? "printer" : "mailer",
      what === "id" ? "mail-2" : "mail-1",
      what === "version" ? { version: "3.1.0" } : {},
    ];
    return {
      name: `another ${what} of a detached start`,
      was: detached("mailer", { instanceId: "mail-1" }),
      is: detached(name, { instanceId, ...version }),
      turns: [start],
      eventId: 2,
      expected: before,
      actual: `a detached start of "${name}"${what === "version" ? "@3.1.0" : ""} as "${instanceId}"`,
      line: "await ctx.startOrchestration(",
    };
  }),
  {
    name: "a child that was a detached start",
    was: detached("mailer", { instanceId: id }),
    is: (ctx) => ctx.subOrchestration("mailer", null, { instanceId: id }),
    turns: [start],
    eventId: 2,
    expected: 'a detached start of "mailer" as "explicit-id"',
    actual: 'sub-orchestration "mailer" as "explicit-id"',
    line: "instanceId: id }),",
  },
  {
    name: "another custom status",
    was: status({ step: 1 }),
    is: status({ step: 2 }),
    turns: [start],
    eventId: 2,
    expected: 'custom status {"step":1}',
    actual: 'custom status {"step":2}',
    line: "ctx.setCustomStatus(value)",
  },
  {
    name: "another custom status, a long way into it",
    was: status(`${"x".repeat(5_000)}before`),
    is: status(`${"x".repeat(5_000)}after`),
    turns: [start],
    eventId: 2,
    expected: /^custom status …x+before"$/,
    actual: /^custom status …x+after"$/,
    line: "ctx.setCustomStatus(value)",
  },
  {
    name: "a custom status that is no longer set",
    was: status("half"),
    is: (ctx) => ctx.activity("first"),
    turns: [start],
    eventId: 2,
    expected: 'custom status "half"',
    actual: 'activity "first"',
    line: 'is: (ctx) => ctx.activity("first")',
  },
  {
    name: "another version in continue-as-new",
    was: (ctx) => ctx.continueAsNew(1, { version: "2.0.0" }),
    is: (ctx) => ctx.continueAsNew(1, { version: "2.1.0" }),
    turns: [start],
    eventId: 2,
    expected: "continue-as-new at version 2.0.0",
    actual: "continue-as-new at version 2.1.0",
    line: 'version: "2.1.0"',
  },
  {
    name: "a return where the function continued as new",
    was: async (ctx) => {
      await ctx.activity("first");
      await ctx.continueAsNew(1);
    },
    is: (ctx) => ctx.activity("first"),
    turns: [start, [completed(2)]],
    eventId: 4,
    expected: "continue-as-new",
    actual: "the function returning",
    line: 'is: (ctx) => ctx.activity("first")',
  },
  {
    name: "an operation that is no longer given up",
    was: race(true),
    is: race(false),
    turns: [start, [fired(3)]],
    eventId: 5,
    expected: "giving up operation 2 by its signal",
    actual: 'activity "after"',
    line: 'ctx.activity("after")',
  },
  {
    name: "an operation that is given up and was not",
    was: race(false),
    is: race(true),
    turns: [start, [fired(3)]],
    eventId: 5,
    expected: 'activity "after"',
    actual: "giving up operation 2 by its signal",
    line: "controller.abort()",
  },
  {
    name: "another operation that is given up",
    was: abortOneOf(0),
    is: abortOneOf(1),
    turns: [start],
    eventId: 4,
    expected: "giving up operation 2 by its signal",
    actual: "giving up operation 3 by its signal",
    line: "controllers[index]?.abort()",
  },
  {
    name: "other work after cancellation",
    was: withCleanup("undo"),
    is: withCleanup("compensate"),
    turns: [start, [cancelled("enough")]],
    eventId: 5,
    expected: 'activity "undo"',
    actual: 'activity "compensate"',
    line: "ctx.activity(cleanup)",
  },
  {
    name: "an end as cancelled that is none any more",
    was: (ctx) => ctx.activity("first"),
    is: (ctx) => ctx.activity("first").catch(() => "instead"),
    turns: [start, [cancelled()]],
    eventId: 5,
    expected: "the function ending as cancelled",
    actual: "the function returning",
    line: '.catch(() => "instead")',
  },
  {
    name: "an event that is no longer waited for when it comes",
    was: (ctx) => Promise.all([ctx.waitForEvent("go"), ctx.activity("first")]),
    is: async (ctx) => {
      const controller = new AbortController();
      const wait = ctx.waitForEvent("go", { signal: controller.signal });
      controller.abort();
      await Promise.allSettled([wait, ctx.activity("first")]);
    },
    turns: [start, [raised("go", 1)]],
    eventId: 3,
    expected: 'activity "first"',
    actual: "giving up operation 2 by its signal",
    line: "controller.abort();",
  },
];

function detached(name: string, options: { instanceId: string; version?: string }): Body {
  return async function changed(ctx) {
    await ctx.startOrchestration(name, null, options);
    await ctx.activity("first");
  };
}

function status(value: unknown): Body {
  return async function changed(ctx) {
    ctx.setCustomStatus(value);
    await ctx.activity("first");
  };
}

function race(isGivenUp: boolean): Body {
  return async function changed(ctx) {
    const controller = new AbortController();
    const slow = ctx.activity("slow", null, { signal: controller.signal }).catch(() => "given up");
    await Promise.race([slow, ctx.sleep("1s")]);
    if (isGivenUp) controller.abort();
    await ctx.activity("after");
  };
}

function abortOneOf(index: number): Body {
  return async function changed(ctx: OrchestrationContext) {
    const controllers = [new AbortController(), new AbortController()];
    const calls = controllers.map(({ signal }) => ctx.activity("first", null, { signal }));
    controllers[index]?.abort();
    await Promise.allSettled(calls);
  };
}

function withCleanup(cleanup: string): Body {
  return async function changed(ctx) {
    await ctx.activity("first").catch(() => ctx.activity(cleanup));
  };
}
