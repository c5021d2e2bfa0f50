import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import type { Logger } from "../../src/definition/index.ts";
import { activity, orchestration } from "../../src/definition/index.ts";
import { chosenLogger, withFields } from "../../src/observability/index.ts";
import { World } from "../support/world.ts";

/** As pino's, its methods need their `this`. */
class OwnLogger implements Logger {
  readonly calls: unknown[][] = [];
  debug(...call: unknown[]): void {
    this.calls.push(["debug", ...call]);
  }
  info(...call: unknown[]): void {
    this.calls.push(["info", ...call]);
  }
  warn(...call: unknown[]): void {
    this.calls.push(["warn", ...call]);
  }
  error(...call: unknown[]): void {
    this.calls.push(["error", ...call]);
  }
  isLevelEnabled(level: string): boolean {
    return this.calls.length >= 0 && level !== "debug";
  }
}

test("a logger is called as it is: its own methods, with what they are given", () => {
  const own = new OwnLogger();
  const logger = chosenLogger(own);
  logger.info("one");
  logger.warn({ n: 2 }, "two");
  assert.deepEqual(own.calls, [
    ["info", "one"],
    ["warn", { n: 2 }, "two"],
  ]);
  assert.deepEqual([logger.isLevelEnabled?.("debug"), logger.isLevelEnabled?.("info")], [false, true]);
});

test("fields come before a line's own, and are not overwritten by them; an error is the field err", () => {
  const own = new OwnLogger();
  const logger = withFields(own, { instanceId: "a" });
  const error = new Error("broken");
  logger.debug("of a level that is off");
  logger.warn("one");
  logger.info({ instanceId: "b", n: 2 }, "two");
  logger.error(error, "three");
  (logger.error as unknown as (error: Error) => void)(error);
  assert.deepEqual(own.calls, [
    ["warn", { instanceId: "a" }, "one"],
    ["info", { instanceId: "a", n: 2 }, "two"],
    ["error", { instanceId: "a", err: error }, "three"],
    ["error", { instanceId: "a", err: error }, "broken"],
  ]);
  assert.deepEqual(Object.keys(own.calls[1]?.[1] as object), ["instanceId", "n"]);
  assert.equal(logger.isLevelEnabled?.("debug"), false);
});

test("a logger that throws ends neither a turn, nor an activity, nor the node, and is warned about once", async () => {
  const world = await World.open();
  // It is expected here, and need not be printed.
  const printers = process.listeners("warning");
  process.removeAllListeners("warning");
  const warned = once(process, "warning");
  const fail = (): never => {
    throw new Error("disk full");
  };
  const logger: Logger = { debug: fail, info: fail, warn: fail, error: fail };
  const work = activity("work", (ctx) => ctx.log.info("working"));
  const job = orchestration("job", async (ctx) => {
    ctx.log.info("begins");
    await ctx.activity(work);
    return "done";
  });
  try {
    await world.start({ orchestrations: [job], activities: [work], logger });
    assert.equal(await (await world.client.start(job)).result({ timeout: "10s" }), "done");
  } finally {
    await world.close();
    for (const printer of printers) process.on("warning", printer);
  }
  const [warning] = (await warned) as [Error];
  assert.match(warning.message, /^The logger given to Perdure threw, and its lines are lost: Error: disk full$/);
});
