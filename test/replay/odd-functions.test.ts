import assert from "node:assert/strict";
import { test } from "node:test";
import type { HistoryEvent } from "../../src/history/index.ts";
import { type Body, cancelled, completed, engineFor, kinds, live, started } from "../support/replay-harness.ts";

const value = (history: readonly HistoryEvent[]): unknown => {
  const end = history.at(-1);
  assert.ok(end?.kind === "OrchestrationCompleted", end?.kind);
  return JSON.parse(end.payload);
};

const failure = (history: readonly HistoryEvent[]) => {
  const end = history.at(-1);
  assert.ok(end?.kind === "OrchestrationFailed", end?.kind);
  return end.failure;
};

class Later<T> extends Promise<T> {}

const returns: readonly [name: string, body: Body, result: unknown][] = [
  ["is not async", () => 7, 7],
  ["is not async and gives a durable promise", (ctx) => ctx.activity("work"), "done"],
  ["gives a promise of a durable promise", (ctx) => Promise.race([ctx.activity("work"), ctx.receive("box")]), "done"],
  ["gives an instance of a subclass of Promise", (ctx) => Later.resolve(ctx.activity("work")), "done"],
  ["gives a thenable", (ctx) => thenable((resolve) => resolve(ctx.activity("work"))), "done"],
  ["gives a thenable of thenables", () => thenable((resolve) => resolve(thenable((inner) => inner(1)))), 1],
  [
    "gives a thenable that settles twice",
    () => thenable((resolve, reject) => (resolve(1), reject(new Error("no")))),
    1,
  ],
  ["consumes an async generator", (ctx) => collect(generate(ctx)), ["done"]],
  ["uses await using", (ctx) => usesResource(ctx), ["used", "done"]],
];

for (const [name, body, result] of returns) {
  test(`a function may end well that ${name}`, async () => {
    const { history, last } = await live(body, [[started()], [completed(2, "done")]]);
    assert.deepEqual(value(history), result);
    assert.deepEqual(await engineFor(body).replay(history), lastOutcome(last.outcome, history));
  });
}

const hostile = new Proxy(
  {},
  {
    get() {
      throw new Error("get");
    },
    getPrototypeOf() {
      throw new Error("prototype");
    },
  },
);
const hostileError = Object.defineProperties(new Error("x"), {
  message: {
    get() {
      throw new Error("message");
    },
  },
  stack: {
    get() {
      throw new Error("stack");
    },
  },
});
const looping = new Error("loop");
looping.cause = looping;
const enormous = Object.assign(new Error("m".repeat(1_000_000)), { stack: "at x\n".repeat(1_000_000) });

const throwing: readonly [name: string, thrown: unknown, message: RegExp][] = [
  ["undefined", undefined, /undefined/],
  ["null", null, /null/],
  ["a string", "just text", /^just text$/],
  ["a symbol", Symbol("s"), /Symbol\(s\)/],
  ["an object", { code: 7 }, /7/],
  ["a function", () => null, /=>/],
  ["a proxy that throws", hostile, /cannot be shown|could not be read/],
  ["an error that throws when read", hostileError, /could not be read/],
  ["an error that is its own cause", looping, /^loop$/],
  ["an enormous error", enormous, /^m+… \(truncated\)$/],
];

for (const [name, thrown, message] of throwing) {
  const bodies: Record<string, Body> = {
    "at once": () => {
      throw thrown;
    },
    "in an async function": async () => {
      throw thrown;
    },
    "from a thenable": () => thenable((_, reject) => reject(thrown)),
    "after an await": async (ctx) => {
      await ctx.activity("work");
      throw thrown;
    },
  };
  for (const [how, body] of Object.entries(bodies)) {
    test(`a function that throws ${name} ${how} has failed`, async () => {
      const { history, last } = await live(body, [[started()], [completed(2)]]);
      const stored = failure(history);
      assert.match(stored.message, message);
      assert.ok(JSON.stringify(stored).length < 50_000);
      assert.deepEqual(await engineFor(body).replay(history), lastOutcome(last.outcome, history));
    });
  }
}

test("a function that overflows the stack has failed, and it alone", async () => {
  const deeper = (depth: number): number => deeper(depth + 1) + 1;
  const { history } = await live(() => deeper(0), [[started()]]);
  const { name, stack = "" } = failure(history);
  assert.equal(name, "RangeError");
  assert.ok(stack.length < 5_000);
});

test("what a cancelled function throws is looked at with care", async () => {
  const body: Body = (ctx) =>
    ctx.activity("work").catch(() => {
      throw hostile as Error;
    });
  const { history } = await live(body, [[started()], [cancelled()]]);
  assert.equal(history.at(-1)?.kind, "OrchestrationFailed");
  const { history: other } = await live(
    (ctx) => ctx.activity("work").finally(() => ctx.setCustomStatus("cleaned up")),
    [[started()], [cancelled()]],
  );
  assert.equal(other.at(-1)?.kind, "OrchestrationCancelled");
});

test("a failure has the user's frames in its stack, and none of the library's", async () => {
  const bodies: Body[] = [
    function atOnce() {
      throw new RangeError("broken");
    },
    async function later(ctx) {
      await ctx.activity("work");
      throw new Error("outer", { cause: new RangeError("broken") });
    },
  ];
  for (const body of bodies) {
    const { history } = await live(body, [[started()], [completed(2)]]);
    const stored = failure(history);
    assert.match(stored.stack ?? "", new RegExp(`at ${body.name} \\(.*odd-functions\\.test\\.ts:\\d+:\\d+\\)`));
    assert.doesNotMatch(JSON.stringify(stored), /src\/replay|node:internal/);
  }
});

test("a thenable that never settles is a wait for something that is not durable", async () => {
  const { last } = await live(() => thenable(() => undefined), [[started()]]);
  assert.equal(last.outcome.kind === "fault" && last.outcome.error.code, "FOREIGN_AWAIT");
});

test("a result whose reading calls the context schedules before the end, on replay as well", async () => {
  const body: Body = (ctx) => ({
    get late() {
      void ctx.activity("while being read");
      return 1;
    },
  });
  const { history, last } = await live(body, [[started()]]);
  assert.equal(kinds(history).at(-1), "OrchestrationCompleted");
  assert.deepEqual(await engineFor(body).replay(history), lastOutcome(last.outcome, history));
});

test("an input that cannot be decoded fails the instance, and it alone", async () => {
  const { history } = await live(() => 1, [[started(null, { payload: "{" })]]);
  assert.equal(failure(history).code, "CORRUPT_PAYLOAD");
});

test("a result that cannot be decoded is an error where it is awaited", async () => {
  const body: Body = (ctx) => ctx.activity("work").catch((error: Error) => `${error.name}: ${error.message}`);
  const { history } = await live(body, [
    [started()],
    [{ kind: "ActivityCompleted", scheduledId: 2, payload: '{"$perdure":"Unknown","value":1}' }],
  ]);
  assert.equal(value(history), 'CorruptPayloadError: The value of activity "work" cannot be decoded.');
});

test("a function has no `this` of the library", async () => {
  const { history } = await live(
    function strict(this: unknown) {
      return this === undefined;
    },
    [[started()]],
  );
  assert.equal(value(history), true);
});

// The end is another object in a replay.
function lastOutcome(outcome: unknown, history: readonly HistoryEvent[]): unknown {
  assert.equal((outcome as { kind: string }).kind, "ended");
  return { kind: "ended", event: history.at(-1) };
}

function thenable(then: (resolve: (value: unknown) => void, reject: (error: unknown) => void) => void): object {
  // oxlint-disable-next-line unicorn/no-thenable -- this is what is tested
  return { then };
}

async function* generate(ctx: Parameters<Body>[0]): AsyncGenerator {
  yield await ctx.activity("work");
}

async function collect(values: AsyncGenerator): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const each of values) all.push(each);
  return all;
}

async function usesResource(ctx: Parameters<Body>[0]): Promise<unknown[]> {
  const seen: unknown[] = [];
  {
    await using _resource = { [Symbol.asyncDispose]: async () => void seen.push(await ctx.activity("work")) };
    seen.push("used");
  }
  return seen;
}
