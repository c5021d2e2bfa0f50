import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as later } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { OrchestrationContext } from "../../src/definition/index.ts";
import type { HistoryEvent } from "../../src/history/index.ts";
import type { ReplayEngine } from "../../src/replay/index.ts";
import { type Body, arrived, completed, engineFor, started } from "../support/replay-harness.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const size = 100_000;
const steps = 50;
// Each text its own: one text in many places would be one text in memory.
const large = (name: string) => `${name} ${"x".repeat(size)}`;

const body: Body = async (ctx) => {
  for (let step = 0; step < steps; step += 1) {
    await ctx.activity("work", large(`input ${step}`));
    await ctx.receive("box");
  }
  // The last decisions of a history: no later event takes their place in the engine.
  for (let step = 0; step < steps; step += 1) void ctx.activity("last", large(`last ${step}`));
  await ctx.sleep("1h");
};

async function heapBytes(): Promise<number> {
  for (let round = 0; round < 4; round += 1) {
    await later();
    collect();
  }
  return process.memoryUsage().heapUsed;
}

/** Runs the body up to its sleep. The history is only given to those who ask for it. */
async function runToSleep(engine: ReplayEngine, keep: (events: readonly HistoryEvent[]) => void): Promise<void> {
  let { events } = await engine.turn([started(large("start"))], 1_000);
  keep(events);
  while (events.at(-1)?.kind !== "TimerCreated") {
    const last = events.at(-1);
    const next =
      last?.kind === "ReceiveOpened"
        ? arrived("box", large("message"))
        : completed(last?.eventId ?? 0, large("result"));
    ({ events } = await engine.turn([next], 1_000));
    keep(events);
  }
}

test("a live engine keeps no payload of its past", async () => {
  const before = await heapBytes();
  const engine = engineFor(body);
  await runToSleep(engine, () => undefined);
  const grown = (await heapBytes()) - before;
  assert.ok(grown < 10 * size, `it has grown by ${grown} bytes, with ${4 * steps * size} bytes of payloads behind it`);
  assert.equal(engine.operations.size, steps + 1);
});

test("a replayed engine keeps no event and no payload of its history", async () => {
  const engine = engineFor(body);
  const before = await heapBytes();
  const events = await (async () => {
    const history: HistoryEvent[] = [];
    await runToSleep(engineFor(body), (more) => void history.push(...more));
    assert.deepEqual(await engine.replay(history), { kind: "waiting" });
    return history.map((event) => new WeakRef(event));
  })();
  const grown = (await heapBytes()) - before;
  assert.deepEqual(
    events.flatMap((event) => event.deref()?.kind ?? []),
    [],
  );
  assert.ok(grown < 10 * size, `it has grown by ${grown} bytes`);
  assert.equal(engine.operations.size, steps + 1);
});

test("an engine that was left lets go of its function", async () => {
  let held: WeakRef<object> | undefined;
  const engine = engineFor(async (ctx) => {
    const object = { large: large("held") };
    held = new WeakRef(object);
    await ctx.receive("box");
    ctx.setCustomStatus(object);
  });
  await engine.turn([started()], 1_000);
  await heapBytes();
  assert.notEqual(held?.deref(), undefined);
  engine.dispose();
  await heapBytes();
  assert.equal(held?.deref(), undefined);
  assert.ok(engine.isOver);
});

test("messages that nobody has received are all that is kept of what came", async () => {
  const engine = engineFor((ctx: OrchestrationContext) => ctx.sleep("1h"));
  await engine.turn([started()], 1_000);
  const before = await heapBytes();
  for (let index = 0; index < steps; index += 1) await engine.turn([arrived("box", large(`${index}`))], 1_000);
  const grown = (await heapBytes()) - before;
  assert.ok(grown > steps * size && grown < 2 * steps * size + 10 * size, `it has grown by ${grown} bytes`);
  assert.equal(engine.unreceived().length, steps);
});
