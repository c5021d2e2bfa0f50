import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { activity, orchestration } from "../../src/definition/index.ts";
import { checkHistories } from "../support/history-checks.ts";
import { untilRecorded } from "../support/instances.ts";
import { World } from "../support/world.ts";

test("a machine whose clock is set back an hour has no say in the time of PostgreSQL", async () => {
  const world = await World.open({ name: "on PostgreSQL", options: {}, store: "postgres" });
  const realNow = Date.now;
  try {
    const noop = activity("noop", () => null);
    const steps = orchestration("steps", async (ctx) => {
      const seen = [ctx.now()];
      await ctx.receive("go on");
      seen.push(ctx.now());
      await ctx.sleep(20);
      await ctx.activity(noop);
      return [...seen, ctx.now()];
    });
    const node = await world.start({ orchestrations: [steps], activities: [noop], leaseDuration: "2s" });
    const { nodeId } = node;
    const handle = await world.client.start(steps, undefined, { instanceId: "steps" });
    await untilRecorded(world, "steps", "ReceiveOpened");
    const startedAt = performance.now();
    mock.method(Date, "now", () => realNow() - 3_600_000);
    await handle.send("go on");
    const [first = 0, second = 0, third = 0] = await handle.result({ timeout: "10s" });
    assert.ok(second >= first && third - second >= 20, "time goes on, and no timer is early");
    assert.ok(performance.now() - startedAt < 10_000, "nor an hour late");
    assert.equal(node.nodeId, nodeId);
    await checkHistories(world.client, "steps");
  } finally {
    mock.restoreAll();
    await world.close();
  }
});
