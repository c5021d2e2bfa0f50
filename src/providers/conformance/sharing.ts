import assert from "node:assert/strict";
import { section } from "./check.ts";
import {
  bodies,
  committed,
  found,
  message,
  newInstance,
  type Scene,
  TestNode,
  timer,
  turnOf,
  workItem,
} from "./scene.ts";

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
    const [stale] = (await found(first).fetch()).instances;
    scene.clock.advance(20_000);
    await found(second).openLease();
    const [fresh] = (await found(second).fetch()).instances;
    const outcomes = await Promise.all([
      found(first).commitOne(turnOf(found(stale), 1)),
      found(second).commitOne(turnOf(found(fresh), 1)),
    ]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ["fenced", "committed"],
    );
  });

  check("P3", "nodes that fire timers at the same time fire each once", async (scene) => {
    const [node, ...others] = (await nodesOnTwoProviders(scene)) as [TestNode, ...TestNode[]];
    await scene.start("a");
    const [owned] = (await node.fetch()).instances;
    const timers = Array.from({ length: 60 }, (_, index) => timer(index + 1, scene.clock.now + index));
    committed(await node.commitOne(turnOf(found(owned), 1, { timers })));
    scene.clock.advance(60);
    const fire = ({ provider }: TestNode) => provider.fireTimers({ partitions: [0], limit: 25 });
    const rounds = [1, 2, 3].flatMap(() => [node, ...others].map(fire));
    const fired = (await Promise.all(rounds)).reduce((sum, answer) => sum + answer.fired, 0);
    const { messages } = found((await node.fetch()).instances[0]);
    assert.deepEqual([fired, messages.length, new Set(messages.map(({ body }) => body)).size], [60, 60, 60]);
  });

  check("P4", "of starts under one id from several providers, one wins, and all hear of it", async (scene) => {
    const nodes = await nodesOnTwoProviders(scene);
    const starts = Array.from({ length: 30 }, () => newInstance("a"));
    const answers = await Promise.all(
      starts.map((start, index) => found(nodes[index % nodes.length]).provider.createInstances([start])),
    );
    assert.equal(answers.filter(([answer]) => answer?.created).length, 1);
    assert.equal(new Set(answers.map(([answer]) => answer?.runId)).size, 1);
  });

  check("P5", "messages that several providers send at once all arrive", async (scene) => {
    const nodes = await nodesOnTwoProviders(scene);
    await scene.start("a");
    const sent = Array.from({ length: 60 }, (_, index) => `m${index}`);
    await Promise.all(
      sent.map((body, index) => found(nodes[index % nodes.length]).provider.enqueue([message("a", body)])),
    );
    const received = bodies((await found(nodes[0]).fetch()).instances[0]);
    assert.deepEqual(received.toSorted(), [...sent, "start a"].toSorted());
  });

  check("P6", "work that has expired is taken by one node", async (scene) => {
    const nodes = await nodesOnTwoProviders(scene);
    await scene.start("a");
    const node = found(nodes[0]);
    const [owned] = (await node.fetch()).instances;
    const work = Array.from({ length: 20 }, (_, index) => workItem(`w${index}`, { startBy: scene.clock.now + 1 }));
    committed(await node.commitOne(turnOf(found(owned), 1, { work })));
    scene.clock.advance(1);
    const expire = ({ provider, nodeId }: TestNode) => provider.expireWork({ nodeId, graceMs: 60_000, limit: 20 });
    const taken = (await Promise.all(nodes.map(expire))).flatMap(({ items }) => items.map(({ id }) => id));
    assert.deepEqual([taken.length, new Set(taken).size], [20, 20]);
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
