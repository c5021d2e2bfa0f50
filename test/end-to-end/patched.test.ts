import assert from "node:assert/strict";
import { activity, mailbox, orchestration, type OrchestrationContext } from "../../src/definition/index.ts";
import { inEveryMode, type World } from "../support/world.ts";

const go = mailbox<string>("go");
const step = activity("step", (_ctx, name: string) => name);
const both = { activities: [step] };

type Body = (ctx: OrchestrationContext) => Promise<string[]>;
const flow = (body: Body) => orchestration("flow", body);

const original = flow(async (ctx) => {
  const first = await ctx.receive(go);
  return [first, await ctx.activity(step, "old")];
});

const patched = flow(async (ctx) => {
  const way = ctx.patched("new-step") ? "new" : "old";
  const first = await ctx.receive(go);
  return [first, await ctx.activity(step, way), ctx.patched("new-step") ? "new" : "old"];
});

const cleaned = flow(async (ctx) => {
  const first = await ctx.receive(go);
  return [first, await ctx.activity(step, "new"), "new"];
});

async function begun(world: World, instanceId: string): Promise<void> {
  await world.until(`${instanceId} waits`, async () => {
    const history = await world.client.getHistory(instanceId);
    return history.some(({ kind }) => kind === "ReceiveOpened");
  });
}

inEveryMode("an execution that began before a patch keeps the old way, one after it takes the new", async (world) => {
  const before = await world.start({ orchestrations: [original], ...both });
  const old = await world.client.start(original, undefined, { instanceId: "old" });
  await begun(world, "old");
  await before.stop();

  const after = await world.start({ orchestrations: [patched], ...both });
  const fresh = await world.client.start(patched, undefined, { instanceId: "fresh" });
  const later = await world.client.start(patched, undefined, { instanceId: "later" });
  await begun(world, "fresh");
  await begun(world, "later");
  await world.client.send("old", go, "a");
  await world.client.send("fresh", go, "b");
  assert.deepEqual(await old.result({ timeout: "10s" }), ["a", "old", "old"]);
  assert.deepEqual(await fresh.result({ timeout: "10s" }), ["b", "new", "new"]);
  await after.stop();

  // Once nobody is on the old way, the call can go: marks left in histories are passed over.
  await world.start({ orchestrations: [cleaned], ...both });
  await world.client.send("later", go, "c");
  assert.deepEqual(await later.result({ timeout: "10s" }), ["c", "new", "new"]);
});

inEveryMode("a report of nondeterminism mentions that the source changed without a new version", async (world) => {
  const before = await world.start({ orchestrations: [original], ...both });
  const handle = await world.client.start(original, undefined, { instanceId: "changed" });
  await begun(world, "changed");
  await before.stop();
  const changed = flow(async (ctx) => [await ctx.activity(step, "instead")]);
  await world.start({ orchestrations: [changed], ...both });
  await world.client.send("changed", go, "a");
  await assert.rejects(handle.result({ timeout: "10s" }), {
    code: "NONDETERMINISM",
    message: /The source of flow@1\.0\.0 has changed since this execution started, without a new version/,
  });
});

inEveryMode("continue-as-new is suggested once the history has grown long", async (world) => {
  const long = orchestration("long", async (ctx, generation: number): Promise<number> => {
    if (generation === 2) return generation;
    let steps = 0;
    while (!ctx.continueAsNewSuggested) {
      await ctx.activity(step, "x");
      steps += 1;
    }
    assert.ok(steps >= 15 && steps <= 25, `after ${steps} steps`);
    return ctx.continueAsNew(generation + 1);
  });
  await world.start({ orchestrations: [long], ...both, limits: { events: 80 } });
  assert.equal(await (await world.client.start(long, 0)).result({ timeout: "10s" }), 2);
});
