import assert from "node:assert/strict";
import { activity, type AnyOrchestration, orchestration } from "../../src/definition/index.ts";
import type { Runtime, RuntimeOptions } from "../../src/runtime/index.ts";
import { errorOf, untilStatus } from "../support/instances.ts";
import { onEveryStore, type World } from "../support/world.ts";

const pack = activity("pack", (_ctx, id: string) => `packed ${id}`);

const shipOf = (version: string) =>
  orchestration("ship", { version }, async (ctx, id: string) => {
    await ctx.activity(pack, id);
    await ctx.receive("go");
    return `${await ctx.activity(pack, id)} by ${version}`;
  });
const [v1, v2] = [shipOf("1.0.0"), shipOf("2.0.0")];

/** A node with a provider of its own, as another process has one. */
async function nodeOf(world: World, options: Partial<RuntimeOptions>): Promise<Runtime> {
  const provider = await world.store.openAnother();
  const node = await world.start({ provider, ...options });
  const stop = node.stop.bind(node);
  node.stop = async (how) => {
    await stop(how);
    await provider.close();
  };
  return node;
}

onEveryStore("three nodes move to a new version: nothing is cancelled while an old one lives", async (world) => {
  const { client } = world;
  const deploy = (ship: AnyOrchestration) =>
    nodeOf(world, { orchestrations: [ship], activities: [pack], missingVersionGrace: "200ms" });
  const nodes = [await deploy(v1), await deploy(v1), await deploy(v1)];
  const ids = Array.from({ length: 9 }, (_, n) => `old${n}`);
  const old = await Promise.all(ids.map((id) => client.start(v1, id, { instanceId: id })));
  await Promise.all(ids.map((id) => untilStatus(world, id, "running")));
  const finish = async (from: number, to: number) => {
    await Promise.all(old.slice(from, to).map((handle) => handle.send("go")));
    return await Promise.all(old.slice(from, to).map((handle) => handle.result({ timeout: "15s" })));
  };
  for (const [index, node] of nodes.entries()) {
    if (index === 2) break;
    await node.stop();
    nodes[index] = await deploy(v2);
    // What no node has is found missing, and ended, meanwhile: not what the last old node still has.
    const unknown = await client.start("ship", "x", { version: "9.9.9" });
    assert.equal((await errorOf(unknown.result({ timeout: "15s" }))).code, "NOT_REGISTERED");
    const done = await finish(index * 3, index * 3 + 3);
    assert.ok(
      done.every((result) => result.endsWith("by 1.0.0")),
      String(done),
    );
    const fresh = await client.start(v2, "new");
    await fresh.send("go");
    assert.equal(await fresh.result({ timeout: "15s" }), "packed new by 2.0.0");
  }
  await (nodes[2] as Runtime).stop();
  nodes[2] = await deploy(v2);
  // With the last old node gone nothing waits for ever.
  for (const handle of old.slice(6)) {
    assert.equal((await errorOf(handle.result({ timeout: "15s" }))).code, "NOT_REGISTERED");
  }
  await Promise.all(nodes.map((node) => node.stop()));
});

onEveryStore("an activity goes to the nodes that have it, and to the queues that they serve", async (world) => {
  const render = activity("render", { queue: "gpu" }, () => "rendered");
  const ran: string[] = [];
  const common = (name: string) => activity("common", () => void ran.push(name));
  const film = orchestration("film", async (ctx) => {
    const common20 = Array.from({ length: 20 }, () => ctx.activity("common"));
    await Promise.all(common20);
    return await Promise.all([ctx.activity(render), ctx.activity("cut", undefined, { queue: "default" })]);
  });
  const cut = activity("cut", () => "cut");
  const nodes = [
    await nodeOf(world, { orchestrations: [film], activities: [common("a")] }),
    await nodeOf(world, { activities: [render, common("b")], queues: { gpu: {} } }),
    await nodeOf(world, { activities: [cut] }),
  ];
  const handle = await world.client.start(film);
  assert.deepEqual(await handle.result({ timeout: "15s" }), ["rendered", "cut"]);
  // The second node has the activity, and does not serve its queue.
  assert.deepEqual([...new Set(ran)], ["a"]);
  await Promise.all(nodes.map((node) => node.stop()));
});

onEveryStore(
  "each node runs at most as many activities of a queue as it says, and every node its share",
  async (world) => {
    const release = Promise.withResolvers<void>();
    const running = new Map<string, number>();
    const held = (name: string) =>
      activity("held", { queue: "slow" }, async () => {
        running.set(name, (running.get(name) ?? 0) + 1);
        await release.promise;
      });
    const all = orchestration("all", async (ctx) => {
      await Promise.all(Array.from({ length: 12 }, () => ctx.activity("held", undefined, { queue: "slow" })));
      return "done";
    });
    const quick = activity("quick", () => "quick");
    const other = orchestration("other", async (ctx) => await ctx.activity(quick));
    const nodes = [
      await nodeOf(world, { activities: [held("a")], queues: { slow: { concurrency: 2 } } }),
      await nodeOf(world, { activities: [held("b")], queues: { slow: { concurrency: 3 } } }),
      await nodeOf(world, { orchestrations: [all, other], activities: [quick] }),
    ];
    const handle = await world.client.start(all);
    await world.until("all slots are taken", () => running.get("a") === 2 && running.get("b") === 3);
    // A full queue is nobody else's business.
    assert.equal(await (await world.client.start(other)).result({ timeout: "15s" }), "quick");
    assert.deepEqual(Object.fromEntries(running), { a: 2, b: 3 });
    release.resolve();
    assert.equal(await handle.result({ timeout: "15s" }), "done");
    await Promise.all(nodes.map((node) => node.stop()));
  },
);
