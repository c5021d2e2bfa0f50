import assert from "node:assert/strict";
import { section } from "./check.ts";
import { newInstance, type Scene, TestNode, turnOf, workItem } from "./scene.ts";

export const sharing = section("sharing", (check) => {
  check("P1", "nodes that fetch at the same time never get the same instance or item", async (scene) => {
    const nodes = await nodesOnTwoProviders(scene);
    const starts = Array.from({ length: 60 }, (_, index) => newInstance(`i${index}`));
    await scene.provider.createInstances(starts);
    const fetched = await Promise.all(nodes.flatMap((node) => [1, 2, 3].map(() => node.fetch({ limit: 7 }))));
    const newClaims = fetched.flatMap(({ instances }) => instances).filter(({ history }) => history !== null);
    assert.equal(newClaims.length, 60);
    assert.equal(new Set(newClaims.map(({ instanceId }) => instanceId)).size, 60);

    await Promise.all(
      nodes.map(async (node) => {
        const { instances } = await node.fetch();
        await node.commit(instances.map((owned) => turnOf(owned, 1, { work: [workItem(owned.instanceId)] })));
      }),
    );
    const work = await Promise.all(nodes.flatMap((node) => [1, 2, 3].map(() => node.fetchWork(7))));
    const items = work.flatMap(({ items }) => items);
    assert.equal(items.length, 60);
    assert.equal(new Set(items.map(({ id }) => id)).size, 60);
  });

  check("P2", "of two nodes that each believe to own an instance, one commits", async (scene) => {
    const [first, second] = await nodesOnTwoProviders(scene);
    await scene.start("a");
    const [stale] = (await (first as TestNode).fetch()).instances;
    scene.clock.advance(20_000);
    await (second as TestNode).openLease();
    const [fresh] = (await (second as TestNode).fetch()).instances;
    const outcomes = await Promise.all([
      (first as TestNode).commitOne(turnOf(stale as NonNullable<typeof stale>, 1)),
      (second as TestNode).commitOne(turnOf(fresh as NonNullable<typeof fresh>, 1)),
    ]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ["fenced", "committed"],
    );
  });
});

async function nodesOnTwoProviders(scene: Scene): Promise<TestNode[]> {
  const options = { leaseMs: 15_000, handlers: ["order@1"], activities: ["charge"] };
  const another = await scene.openAnother();
  const providers = [scene.provider, another ?? scene.provider, another ?? scene.provider];
  const nodes = providers.map((provider) => new TestNode(provider, options));
  for (const node of nodes) await node.openLease();
  return nodes;
}
