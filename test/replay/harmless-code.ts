import { completed, failed, fired, started } from "../support/replay-harness.ts";
import type { Change } from "./changed-code.ts";

const start = [started()];

/** What the history has fixed already may change in the code. */
export const harmlessChanges: readonly Pick<Change, "name" | "was" | "is" | "turns">[] = [
  {
    name: "inputs, and the values that functions make of results",
    was: async (ctx) => [await ctx.activity("first", { a: 1 }), await ctx.activity("second")],
    is: async (ctx) => ({ other: await ctx.activity("first", "b"), more: await ctx.activity("second", 3n) }),
    turns: [start, [completed(2, 1)], [completed(4, 2)]],
  },
  {
    name: "durations and time limits",
    was: (ctx) => Promise.all([ctx.sleep("1h"), ctx.activity("first", 1, { timeout: "1m" }), ctx.receive("orders")]),
    is: (ctx) => Promise.all([ctx.sleep(5), ctx.activity("first", 1), ctx.receive("orders", { timeout: "1s" })]),
    turns: [start, [fired(2)]],
  },
  {
    name: "how an activity is carried out",
    was: (ctx) => ctx.activity("first", 1, { retry: { maxAttempts: 3 } }),
    is: (ctx) => ctx.activity("first", 1, { queue: "fast", heartbeatTimeout: "5s" }),
    turns: [start, [completed(2)]],
  },
  {
    name: "a version that the call no longer names, and what becomes of a child",
    was: (ctx) => ctx.subOrchestration("child", 1, { version: "1.0.0", onParentEnd: "abandon" }),
    is: (ctx) => ctx.subOrchestration("child", 2),
    turns: [start],
  },
  {
    name: "a version that continue-as-new no longer names, and its input",
    was: (ctx) => ctx.continueAsNew(1, { version: "1.0.0" }),
    is: (ctx) => ctx.continueAsNew(2),
    turns: [start],
  },
  {
    name: "the message of an error, lines of log, random numbers",
    was: (ctx) => ctx.activity("first"),
    is: async (ctx) => {
      ctx.log.info(`${ctx.random()} ${ctx.uuid()}`);
      await ctx.activity("first").catch((cause: unknown) => {
        throw new TypeError("in other words", { cause });
      });
    },
    turns: [start, [failed(2)]],
  },
];
