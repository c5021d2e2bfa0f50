import assert from "node:assert/strict";
import { activity, orchestration } from "../../src/definition/index.ts";
import { PerdureError } from "../../src/errors/index.ts";
import { errorOf, historyOf, kindsOf, untilStatus } from "../support/instances.ts";
import { inEveryMode } from "../support/world.ts";

const double = activity("double", (_ctx, value: number) => value * 2);
const doubling = orchestration("doubling", (ctx, value: number) => ctx.activity(double, value));

inEveryMode("a parent's history has its children's starts, results and errors", async (world) => {
  const failing = orchestration("failing", () => {
    throw new Error("no");
  });
  const parent = orchestration("parent", async (ctx) => {
    const four = await ctx.subOrchestration(doubling, 2);
    const why = await ctx.subOrchestration(failing).catch((error: Error) => error.message);
    return [four, why];
  });
  await world.start({ orchestrations: [parent, doubling, failing], activities: [double] });
  const handle = await world.client.start(parent, undefined, { instanceId: "p" });
  assert.deepEqual(await handle.result({ timeout: "10s" }), [4, "no"]);
  const history = await historyOf(world, "p");
  assert.deepEqual(
    history.map((event) => ("scheduledId" in event ? [event.kind, event.scheduledId] : event.kind)),
    [
      "OrchestrationStarted",
      "SubOrchestrationScheduled",
      ["SubOrchestrationCompleted", 2],
      "SubOrchestrationScheduled",
      ["SubOrchestrationFailed", 4],
      "OrchestrationCompleted",
    ],
  );
  assert.equal(history[2]?.value, 4);
});

inEveryMode("a child's error reaches the parent as the same error", async (world) => {
  class OrderError extends PerdureError {
    readonly orderId: string;
    constructor(orderId: string, cause: unknown) {
      super(`order ${orderId} is bad`, { code: "BAD_ORDER", category: "application", cause });
      this.orderId = orderId;
    }
  }
  const charge = activity("charge", () => {
    throw Object.assign(new TypeError("card declined", { cause: new RangeError("limit") }), { code: "DECLINED" });
  });
  const child = orchestration("child", async (ctx) => {
    try {
      await ctx.activity(charge);
    } catch (error) {
      throw new OrderError("42", error);
    }
  });
  const middle = orchestration("middle", (ctx) => ctx.subOrchestration(child, undefined, { instanceId: "c" }));
  const parent = orchestration("parent", async (ctx) => {
    const error = await errorOf(ctx.subOrchestration(middle));
    assert.ok(error instanceof PerdureError);
    throw error;
  });
  await world.start({ orchestrations: [child, middle, parent], activities: [charge] });
  const handle = await world.client.start(parent);
  const shown = (error: unknown): unknown => {
    const { name, message, code, orderId, activity: called, attempts, cause } = error as Record<string, unknown>;
    return { name, message, code, orderId, called, attempts, cause: cause && shown(cause) };
  };
  const error = await errorOf(handle.result({ timeout: "10s" }));
  assert.deepEqual(shown(error), shown(await errorOf(world.client.getHandle("c").result())));
  assert.deepEqual(JSON.parse(JSON.stringify(shown(error))), {
    name: "OrderError",
    message: "order 42 is bad",
    code: "BAD_ORDER",
    orderId: "42",
    cause: {
      name: "ActivityError",
      message: "card declined",
      code: "DECLINED",
      called: "charge",
      attempts: 1,
      cause: {
        name: "TypeError",
        message: "card declined",
        code: "DECLINED",
        cause: { name: "RangeError", message: "limit" },
      },
    },
  });
});

inEveryMode("a child knows its parent, and a root has none", async (world) => {
  const child = orchestration("child", (ctx) => ctx.parent);
  const parent = orchestration("parent", async (ctx) => [ctx.parent, await ctx.subOrchestration(child)]);
  await world.start({ orchestrations: [child, parent] });
  const handle = await world.client.start(parent, undefined, { instanceId: "p" });
  assert.deepEqual(await handle.result({ timeout: "10s" }), [undefined, { instanceId: "p", executionId: 1 }]);
});

inEveryMode(
  "a generated child id names run, execution and event, however long the parent's own id is",
  async (world) => {
    const child = orchestration("child", (ctx) => ctx.instanceId);
    const nested = orchestration("nested", (ctx) => ctx.subOrchestration(child));
    const parent = orchestration("parent", async (ctx, round: number): Promise<string[]> => {
      const id = await ctx.subOrchestration(child);
      const deeper = await ctx.subOrchestration(nested);
      const detached = await ctx.startOrchestration(child);
      if (round === 1) return ctx.continueAsNew(2);
      return [ctx.runId, id, deeper, detached];
    });
    await world.start({ orchestrations: [child, nested, parent] });
    for (const instanceId of ["short", "l".repeat(255)]) {
      const handle = await world.client.start(parent, 1, { instanceId });
      const [runId, id, deeper, detached] = await handle.result({ timeout: "10s" });
      const head = instanceId === "short" ? "short::" : "::";
      assert.equal(id, `${head}${runId}.2.2`);
      assert.ok((deeper as string).length <= 255);
      assert.equal(detached, `${head}${runId}.2.6`);
    }
  },
);

inEveryMode("a family may be ten generations deep", async (world) => {
  const generation = orchestration("generation", async (ctx, left: number): Promise<number> => {
    if (left === 0) return ctx.activity(double, 1);
    return 1 + (await ctx.subOrchestration<number>("generation", left - 1));
  });
  await world.start({ orchestrations: [generation], activities: [double] });
  const handle = await world.client.start(generation, 10);
  assert.equal(await handle.result({ timeout: "20s" }), 12);
});

inEveryMode("an error rises through ten generations unchanged", async (world) => {
  const generation = orchestration("generation", async (ctx, left: number): Promise<number> => {
    if (left === 0) throw Object.assign(new Error("from the deep"), { code: "DEEP" });
    return ctx.subOrchestration<number>("generation", left - 1);
  });
  await world.start({ orchestrations: [generation] });
  const handle = await world.client.start(generation, 10);
  await assert.rejects(handle.result({ timeout: "20s" }), { code: "DEEP", message: "from the deep" });
});

inEveryMode("a parent may have 200 children at once", async (world) => {
  const parent = orchestration("parent", async (ctx) => {
    const inputs = Array.from({ length: 200 }, (_, n) => n);
    const results = await Promise.all(inputs.map((n) => ctx.subOrchestration(doubling, n)));
    return results.reduce((sum, value) => sum + value, 0);
  });
  await world.start({ orchestrations: [parent, doubling], activities: [double] });
  const handle = await world.client.start(parent, undefined, { instanceId: "p" });
  assert.equal(await handle.result({ timeout: "20s" }), 200 * 199);
  const kinds = await kindsOf(world, "p");
  assert.equal(kinds.filter((kind) => kind === "SubOrchestrationCompleted").length, 200);
});

inEveryMode("children of one parent run on several nodes", async (world) => {
  const parent = orchestration("parent", (ctx) =>
    Promise.all(["a", "b"].map((name) => ctx.subOrchestration<string>(name, undefined, { instanceId: name }))),
  );
  await world.start({ orchestrations: [parent] });
  await world.start({ orchestrations: [orchestration("a", () => "from a")] });
  await world.start({ orchestrations: [orchestration("b", () => "from b")] });
  const handle = await world.client.start(parent);
  assert.deepEqual(await handle.result({ timeout: "10s" }), ["from a", "from b"]);
});

inEveryMode("a child goes on after a restart, and so does the parent that waits for it", async (world) => {
  const child = orchestration("child", (ctx) => ctx.receive<string>("go"));
  const parent = orchestration("parent", (ctx) => ctx.subOrchestration(child, undefined, { instanceId: "c" }));
  const first = await world.start({ orchestrations: [child, parent] });
  const handle = await world.client.start(parent);
  await untilStatus(world, "c", "running");
  await first.stop();
  await world.client.send("c", "go", "on");
  const second = await world.start({ orchestrations: [child] });
  await world.client.getHandle("c").result({ timeout: "10s" });
  await second.stop();
  await world.start({ orchestrations: [parent] });
  assert.equal(await handle.result({ timeout: "10s" }), "on");
});
