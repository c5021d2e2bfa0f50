import assert from "node:assert/strict";
import { readFile } from "node:fs";
import { test } from "node:test";
import { MessageChannel } from "node:worker_threads";
import type { HistoryEvent } from "../../src/history/index.ts";
import { type Body, arrived, completed, engineFor, started } from "../support/replay-harness.ts";

const hops = 1_000;

/** Comes to each of its decisions only after a long chain of promises; a driver that does not drain overtakes it. */
const slowThinker: Body = async (ctx) => {
  for (let step = 0; step < 3; step += 1) {
    await chain(hops);
    await ctx.receive("steps");
    await chain(hops);
    ctx.setCustomStatus(step);
  }
};

async function chain(length: number): Promise<void> {
  for (let hop = 0; hop < length; hop += 1) await Promise.resolve();
}

const expected = [
  "OrchestrationStarted",
  "ReceiveOpened",
  ...Array.from({ length: 2 }, () => ["MessageArrived", "CustomStatusSet", "ReceiveOpened"]).flat(),
  "MessageArrived",
  "CustomStatusSet",
  "OrchestrationCompleted",
];

const entrances: Readonly<Record<string, (enter: () => void) => void>> = {
  "a synchronous call": (enter) => enter(),
  "a microtask": (enter) => queueMicrotask(enter),
  "the reaction to a promise": (enter) => void Promise.resolve().then(enter),
  "a nextTick callback": (enter) => process.nextTick(enter),
  "a nextTick callback queued by another": (enter) => process.nextTick(() => process.nextTick(enter)),
  "a timer": (enter) => setTimeout(enter, 0),
  setImmediate: (enter) => setImmediate(enter),
  "an I/O callback": (enter) => readFile(import.meta.filename, () => enter()),
  "a message from a port": (enter) => {
    const { port1, port2 } = new MessageChannel();
    port1.once("message", () => {
      port1.close();
      enter();
    });
    port2.postMessage(null);
  },
};

for (const [name, from] of Object.entries(entrances)) {
  test(`everything that follows a message has run before the next one, entered from ${name}`, async () => {
    const engine = engineFor(slowThinker);
    const turn = await entered(from, () => {
      return engine.turn([started(), arrived("steps", 1), arrived("steps", 2), arrived("steps", 3)], 1_000);
    });
    assert.deepEqual(
      turn.events.map(({ kind }) => kind),
      expected,
    );
    assert.equal(turn.outcome.kind, "ended");
  });

  test(`replay drains in the same way, entered from ${name}`, async () => {
    const written = await engineFor(slowThinker).turn([started(), arrived("steps", 1), arrived("steps", 2)], 1_000);
    const engine = engineFor(slowThinker);
    assert.deepEqual(await entered(from, () => engine.replay(written.events)), { kind: "waiting" });
    const rest = await entered(from, () => engine.turn([arrived("steps", 3)], 1_000));
    assert.deepEqual(
      [...written.events, ...rest.events].map(({ kind }) => kind),
      expected,
    );
  });
}

test("ticks of others run between messages without getting into the way", async () => {
  let ticks = 0;
  let isOver = false;
  const tick = () => {
    ticks += 1;
    if (!isOver) process.nextTick(() => setImmediate(tick));
  };
  process.nextTick(tick);
  const engine = engineFor(slowThinker);
  const events: HistoryEvent[] = [...(await engine.turn([started()], 1_000)).events];
  for (const step of [1, 2, 3]) {
    await new Promise((resolve) => setImmediate(resolve));
    events.push(...(await engine.turn([arrived("steps", step)], 1_000)).events);
  }
  isOver = true;
  assert.deepEqual(
    events.map(({ kind }) => kind),
    expected,
  );
  assert.ok(ticks > 1);
});

test("many engines that drain at the same time do not mix", async () => {
  const body: Body = async (ctx, name: string) => {
    const seen: unknown[] = [];
    for (let step = 0; step < 20; step += 1) {
      seen.push(await ctx.activity(`${name}-${step}`));
      await chain((step * 7) % 11);
    }
    return seen;
  };
  const run = async (name: string) => {
    const engine = engineFor(body, { instanceId: name });
    const history = [...(await engine.turn([started(name)], 1_000)).events];
    for (let step = 0; step < 20; step += 1) {
      const scheduled = history.at(-1)?.eventId ?? 0;
      history.push(...(await engine.turn([completed(scheduled, step)], 1_000)).events);
    }
    return history;
  };
  const alone = await run("a");
  const together = await Promise.all(Array.from({ length: 50 }, () => run("a")));
  for (const history of together) assert.deepEqual(history, alone);
  assert.equal(alone.at(-1)?.kind, "OrchestrationCompleted");
});

test("fake timers of a test tool do not hold an instance still", async () => {
  const original = Object.getOwnPropertyDescriptor(process, "nextTick") as PropertyDescriptor;
  const held: [(...args: unknown[]) => void, ...unknown[]][] = [];
  process.nextTick = (...call: (typeof held)[number]) => void held.push(call);
  try {
    const turn = await engineFor(slowThinker).turn([started(), arrived("steps", 1)], 1_000);
    assert.equal(turn.outcome.kind, "waiting");
  } finally {
    Object.defineProperty(process, "nextTick", original);
    for (const [callback, ...args] of held) process.nextTick(callback, ...args);
  }
});

function entered<T>(from: (enter: () => void) => void, run: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    from(() => void run().then(resolve, reject));
  });
}
