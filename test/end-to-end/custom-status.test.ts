import assert from "node:assert/strict";
import { activity, orchestration } from "../../src/definition/index.ts";
import { errorOf, historyOf, statusOf, untilRecorded } from "../support/instances.ts";
import { inEveryMode, type World } from "../support/world.ts";

const noop = activity("noop", () => null);

async function statusesSet(world: World, instanceId: string): Promise<unknown[]> {
  const history = await historyOf(world, instanceId);
  return history.filter(({ kind }) => kind === "CustomStatusSet").map(({ value }) => value);
}

inEveryMode(
  "the custom status is what was set last, and every one that was set is in the history once",
  async (world) => {
    const reporting = orchestration("reporting", async (ctx) => {
      ctx.setCustomStatus("ignored");
      ctx.setCustomStatus({ step: 1 });
      await ctx.receive("go on");
      ctx.setCustomStatus({ step: 2 });
      await ctx.receive("go on");
    });
    const handle = await world.client.start(reporting, undefined, { instanceId: "r" });
    assert.equal((await handle.status()).customStatus, undefined);
    const first = await world.start({ orchestrations: [reporting] });
    await untilRecorded(world, "r", "ReceiveOpened");
    assert.deepEqual((await handle.status()).customStatus, { step: 1 });
    await first.stop();
    await world.start({ orchestrations: [reporting] });
    await handle.send("go on");
    await untilRecorded(world, "r", "ReceiveOpened", 2);
    assert.deepEqual((await handle.status()).customStatus, { step: 2 });
    await handle.send("go on");
    await handle.result({ timeout: "10s" });
    assert.deepEqual(await statusesSet(world, "r"), ["ignored", { step: 1 }, { step: 2 }]);
  },
);

inEveryMode("the custom status stays when the instance has ended, however it ended", async (world) => {
  const ending = orchestration("ending", async (ctx, how: string) => {
    ctx.setCustomStatus(`before ${how}`);
    if (how === "return") return;
    if (how === "throw") throw new Error("meant to");
    await ctx.receive("never");
  });
  await world.start({ orchestrations: [ending] });
  for (const how of ["return", "throw", "cancel", "terminate"] as const) {
    const handle = await world.client.start(ending, how, { instanceId: how });
    if (how === "cancel" || how === "terminate") {
      await untilRecorded(world, how, "ReceiveOpened");
      await handle[how]();
    }
    await handle.result({ timeout: "10s" }).catch(() => undefined);
    assert.equal((await handle.status()).customStatus, `before ${how}`);
  }
});

inEveryMode("a custom status may be any value that can be stored", async (world) => {
  const values = [null, 0, "", false, new Date(0), new Map([["a", 1n]]), [undefined], { nested: { deeply: [1] } }];
  const various = orchestration("various", async (ctx) => {
    for (const value of values) {
      ctx.setCustomStatus(value);
      await ctx.receive("next");
    }
  });
  await world.start({ orchestrations: [various] });
  const handle = await world.client.start(various, undefined, { instanceId: "v" });
  for (const [index, value] of values.entries()) {
    await untilRecorded(world, "v", "ReceiveOpened", index + 1);
    assert.deepEqual((await handle.status()).customStatus, value);
    await handle.send("next");
  }
  await handle.result({ timeout: "10s" });
});

inEveryMode("what cannot be stored throws where it is set, and changes nothing", async (world) => {
  const careless = orchestration("careless", async (ctx) => {
    ctx.setCustomStatus("good");
    const codes: unknown[] = [];
    for (const bad of [() => 1, { deep: [Symbol("x")] }, "x".repeat(1_001)]) {
      try {
        ctx.setCustomStatus(bad);
      } catch (error) {
        codes.push((error as { code: string }).code);
      }
      await ctx.activity(noop);
    }
    return codes;
  });
  await world.start({ orchestrations: [careless], activities: [noop], limits: { payloadBytes: 1_000 } });
  const handle = await world.client.start(careless, undefined, { instanceId: "c" });
  const codes = await handle.result({ timeout: "10s" });
  assert.deepEqual(codes, ["UNSERIALIZABLE_VALUE", "UNSERIALIZABLE_VALUE", "LIMIT_EXCEEDED"]);
  assert.equal((await statusOf(world, "c"))?.customStatus, "good");
  assert.deepEqual(await statusesSet(world, "c"), ["good"]);
});

inEveryMode("a custom status set in the turn that throws is set", async (world) => {
  const failing = orchestration("failing", async (ctx) => {
    ctx.setCustomStatus("trying");
    await ctx.activity(noop);
    ctx.setCustomStatus("about to throw");
    throw new Error("meant to");
  });
  await world.start({ orchestrations: [failing], activities: [noop] });
  const handle = await world.client.start(failing, undefined, { instanceId: "f" });
  assert.equal((await errorOf(handle.result({ timeout: "10s" }))).message, "meant to");
  assert.equal((await handle.status()).customStatus, "about to throw");
});
