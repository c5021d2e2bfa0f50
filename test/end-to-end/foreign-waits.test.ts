import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { test } from "node:test";
import { setImmediate as later } from "node:timers/promises";
import { orchestration } from "../../src/definition/index.ts";
import { ForeignAwaitError, OutsideTurnError } from "../../src/errors/index.ts";
import type { Provider } from "../../src/providers/contract.ts";
import { errorOf, untilQuarantined, untilRecorded } from "../support/instances.ts";
import { World, inEveryMode, modes } from "../support/world.ts";

const never = orchestration("never", () => new Promise(() => undefined));

const parent = orchestration("parent", async (ctx) => ctx.subOrchestration(never).catch((error: unknown) => error));

inEveryMode(
  "an orchestration that waits for nothing durable fails at once, and its parent hears of it",
  async (world) => {
    await world.start({ orchestrations: [never, parent] });
    const handle = await world.client.start(never, undefined, { instanceId: "never-1" });
    const error = await errorOf(handle.result({ timeout: "10s" }));
    assert.ok(error instanceof ForeignAwaitError);
    assert.match(error.message, /"never-1" waits for a promise that is not durable/);
    const heard = await (await world.client.start(parent)).result({ timeout: "10s" });
    assert.ok(heard instanceof ForeignAwaitError);
  },
);

inEveryMode("it is quarantined instead, when nodes are told to block", async (world) => {
  await world.start({ orchestrations: [never], onNondeterminism: "block" });
  await world.client.start(never, undefined, { instanceId: "never-1" });
  assert.match(await untilQuarantined(world, "never-1"), /waits for a promise that is not durable/);
  assert.equal((await world.client.getStatus("never-1")).status, "pending");
});

// An instance that has left memory meanwhile is not touched by what happens there.
for (const mode of modes.slice(0, 2)) {
  test(`one that goes on outside of a turn is ended by what it does there [${mode.name}]`, async () => {
    const world = await World.open(mode);
    try {
      const emitter = new EventEmitter();
      const calling = orchestration("calling", async (ctx) => {
        const open = ctx.receive("box");
        await once(emitter, "go");
        await ctx.sleep(1);
        return open;
      });
      const settling = orchestration("settling", async (ctx) => {
        void ctx.receive("box");
        await once(emitter, "go");
      });
      const aborting = orchestration("aborting", async (ctx) => {
        const controller = new AbortController();
        emitter.once("go", () => controller.abort());
        return ctx.receive("box", { signal: controller.signal });
      });
      await world.start({ orchestrations: [calling, settling, aborting] });
      const handles = await world.client.startMany(
        [calling, settling, aborting].map(({ name }) => ({ orchestration: name, instanceId: name })),
      );
      for (const { instanceId } of handles) await untilRecorded(world, instanceId, "ReceiveOpened");
      setTimeout(() => emitter.emit("go"), 1);
      const errors = await Promise.all(handles.map((handle) => errorOf(handle.result({ timeout: "10s" }))));
      assert.deepEqual(
        errors.map((error) => [error.name, error.message.slice(0, 40)]),
        [
          ["OutsideTurnError", 'ctx.sleep was called while "calling" was'],
          ["ForeignAwaitError", '"settling" waits for a promise that is n'],
          ["OutsideTurnError", 'The signal of mailbox "box" was aborted '],
        ],
      );
      for (const { instanceId } of handles) {
        const history = await world.client.getHistory(instanceId);
        assert.deepEqual(
          history.map(({ kind }) => kind),
          ["OrchestrationStarted", "ReceiveOpened", "ExecutionEnded"],
        );
      }
    } finally {
      await world.close();
    }
  });
}

test("what it does while its turn is being committed is not forgotten", async () => {
  const world = await World.open();
  try {
    const emitter = new EventEmitter();
    const hasty = orchestration("hasty", async (ctx) => {
      void ctx.receive("box");
      await once(emitter, "commit");
      ctx.setCustomStatus("too early");
    });
    const provider: Provider = new Proxy(world.provider, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target);
        if (key !== "commit") return typeof value === "function" ? value.bind(target) : value;
        return async (...args: Parameters<Provider["commit"]>) => {
          const results = await target.commit(...args);
          emitter.emit("commit");
          await later();
          return results;
        };
      },
    });
    await world.start({ provider, orchestrations: [hasty] });
    const handle = await world.client.start(hasty);
    const error = await errorOf(handle.result({ timeout: "10s" }));
    assert.ok(error instanceof OutsideTurnError, String(error));
  } finally {
    await world.close();
  }
});
