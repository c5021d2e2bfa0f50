import assert from "node:assert/strict";
import { activity, orchestration } from "../../src/definition/index.ts";
import { InvalidArgumentError } from "../../src/errors/index.ts";
import { inEveryMode, type World } from "../support/world.ts";

/** An activity that says where it ran, on three nodes each with a store connection of its own. */
async function threeNodes(world: World, rounds: number) {
  const used: string[] = [];
  const series = orchestration("series", async (ctx, session: string) => {
    const nodes: string[] = [];
    for (let round = 0; round < rounds; round += 1) nodes.push(await ctx.activity<string>("where", null, { session }));
    return nodes;
  });
  const startNode = (name: string) => {
    const where = activity("where", () => {
      used.push(name);
      return name;
    });
    return world.start({ orchestrations: [series], activities: [where], leaseDuration: "2s" });
  };
  const nodes = await Promise.all(["a", "b", "c"].map(startNode));
  return { series, nodes: new Map(["a", "b", "c"].map((name, index) => [name, nodes[index]])), used };
}

inEveryMode("the activities of a session run on one node, and those of others where they like", async (world) => {
  const { series, used } = await threeNodes(world, 6);
  const handles = await world.client.startMany(
    Array.from({ length: 12 }, (_, index) => ({ orchestration: series, input: `session ${index}` })),
  );
  for (const handle of handles) {
    const nodes = await handle.result({ timeout: "20s" });
    assert.deepEqual([nodes.length, new Set(nodes).size], [6, 1]);
  }
  assert.equal(used.length, 72);
});

inEveryMode("when the node of a session stops, another one goes on with it", async (world) => {
  const { series, nodes } = await threeNodes(world, 1);
  const one = async () => {
    const handle = await world.client.start(series, "the session");
    return (await handle.result({ timeout: "20s" }))[0] as string;
  };
  const first = await one();
  assert.equal(await one(), first);
  await nodes.get(first)?.stop();
  const second = await one();
  assert.notEqual(second, first);
  assert.equal(await one(), second);
});

inEveryMode("a session has to be a text that an index can hold", async (world) => {
  const bad = orchestration("bad", async (ctx, session: string) => ctx.activity("where", null, { session }));
  await world.start({ orchestrations: [bad] });
  for (const session of ["", "x".repeat(300), "a\u0000b"]) {
    await assert.rejects((await world.client.start(bad, session)).result({ timeout: "10s" }), (error: Error) => {
      assert.ok(error instanceof InvalidArgumentError || error.name === "LimitExceededError", error.message);
      return true;
    });
  }
});
