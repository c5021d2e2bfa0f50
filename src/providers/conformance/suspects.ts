import assert from "node:assert/strict";
import { section } from "./check.ts";
import { committed, found, message, newInstance, type Scene, type TestNode, turnAfter, turnOf } from "./scene.ts";

export const suspects = section("suspects", (check) => {
  check("S1", "claims are counted until a commit records something", async (scene) => {
    await scene.start("a");
    for (const claims of [1, 2]) {
      const node = await dyingNode(scene);
      assert.equal((await node.fetch()).instances[0]?.claims, claims);
    }
    const node = await dyingNode(scene);
    const owned = found((await node.fetch()).instances[0]);
    assert.equal(owned.claims, 3);
    committed(await node.commitOne(turnOf(owned, 1, { release: true })));
    await scene.provider.enqueue([message("a", "m1")]);
    assert.equal((await (await dyingNode(scene)).fetch()).instances[0]?.claims, 1);
  });

  check("S2", "a suspect is handed out when there is nothing else, and alone", async (scene) => {
    await makeSuspects(scene, ["s1", "s2"]);
    const node = await scene.node();
    await scene.start("innocent");
    const first = await node.fetch();
    assert.deepEqual(
      first.instances.map(({ instanceId }) => instanceId),
      ["innocent"],
    );
    assert.equal(first.nextAvailableAt, first.storeNow, "whoever asked has to look again: nobody else will say so");
    assert.deepEqual(await node.fetchIds({ limit: 0, busy: await refs(node) }), []);
    const second = await node.fetch({ busy: await refs(node) });
    assert.deepEqual(
      second.instances.map(({ instanceId }) => instanceId),
      ["s1"],
    );
    assert.equal(second.nextAvailableAt, null, "s2 waits until s1 has shown that it kills nobody");
  });

  check("S3", "a suspect that has waited for ten seconds goes first, and alone", async (scene) => {
    await makeSuspects(scene, ["s1"]);
    const node = await scene.node({ leaseMs: 60_000 });
    scene.clock.advance(9_999);
    await scene.start("i1");
    assert.deepEqual(await node.fetchIds({ limit: 1 }), ["i1"]);
    scene.clock.advance(1);
    await scene.start("i2");
    assert.deepEqual(await node.fetchIds({ limit: 1 }), ["s1"], "alone, without i1, which the node owns");
    assert.deepEqual(await node.fetchIds({ limit: 1, busy: await refs(node) }), ["i2"]);
  });

  check("S4", "an instance claimed too often is withheld: no history, no messages", async (scene) => {
    await makeSuspects(scene, ["s1"]);
    const node = await scene.node();
    const withheld = found((await node.fetch({ quarantineAfter: 3 })).instances[0]);
    assert.deepEqual([withheld.withheld, withheld.history, withheld.messages, withheld.claims], [true, null, [], 4]);
    const turn = turnOf(withheld, 0, { release: true, quarantine: "killed its node" });
    committed(await node.commitOne(turn));
    assert.deepEqual(await node.fetchIds(), []);
    assert.equal((await scene.provider.readInstance("s1"))?.quarantine, "killed its node");
  });

  check("S5", "a quarantined instance takes messages, and is taken again once it is released", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const turn = turnOf(owned, 0, { ackedMessages: [], release: true, quarantine: "why" });
    committed(await node.commitOne(turn));
    assert.deepEqual(await scene.provider.enqueue([message("a", "m1")]), ["queued"]);
    assert.deepEqual(await node.fetchIds(), []);
    assert.equal(await scene.provider.releaseQuarantine("a"), true);
    assert.equal(await scene.provider.releaseQuarantine("a"), false);
    assert.equal(await scene.provider.releaseQuarantine("nobody"), false);
    assert.equal((await node.fetch()).instances[0]?.claims, 1);
    assert.equal((await scene.provider.readInstance("a"))?.quarantine, null);
  });

  check("S6", "while an ending message waits, any node may take the instance", async (scene) => {
    const node = await scene.node();
    const stranger = await scene.node({ handlers: ["other@1"] });
    const owned = await scene.claimed(node, "a");
    committed(await node.commitOne(turnOf(owned, 0, { release: true, quarantine: "why" })));
    await scene.provider.enqueue([message("a", "end it", "ending")]);
    const taken = found((await stranger.fetch({ quarantineAfter: 0, suspectAfter: 9 })).instances[0]);
    assert.deepEqual([taken.withheld, taken.messages.map(({ body }) => body)], [false, ["end it"]]);
    // Acked without ending it, the message opens the instance no longer.
    committed(await stranger.commitOne(turnOf(taken, 1, { release: true })));
    await scene.provider.enqueue([message("a", "m1")]);
    assert.deepEqual(await stranger.fetchIds(), []);
    assert.deepEqual(await node.fetchIds(), ["a"]);
  });

  check("S7", "an ending message that arrives at an owned instance stays one after its release", async (scene) => {
    const node = await scene.node();
    const stranger = await scene.node({ handlers: [] });
    const owned = await scene.claimed(node, "a");
    await scene.provider.enqueue([message("a", "end it", "ending")]);
    const turn = turnOf(owned, 1);
    assert.deepEqual(
      committed(await node.commitOne(turn)).messages.map(({ lane }) => lane),
      ["ending"],
    );
    committed(await node.commitOne(turnAfter(turn, 1, { release: true })));
    assert.deepEqual(await stranger.fetchIds(), ["a"]);
  });

  check("S8", "an ending message opens an instance whose owner died before it looked at it", async (scene) => {
    const stranger = await scene.node({ handlers: [], leaseMs: 60_000 });
    const node = await dyingNode(scene);
    const owned = await scene.claimed(node, "a");
    await scene.provider.enqueue([message("a", "end it", "ending")]);
    committed(await node.commitOne(turnOf(owned, 1)));
    scene.clock.advance(1_000);
    await stranger.renewLease();
    assert.deepEqual(await stranger.fetchIds({ unservableForMs: 0 }), [], "not for want of a handler");
    assert.deepEqual(await stranger.fetchIds(), ["a"]);
  });

  check("S9", "a release may take its claim back", async (scene) => {
    const node = await scene.node();
    await scene.start("a");
    const put = { ackedMessages: [], release: true };
    const take = async () => found((await node.fetch()).instances[0]);
    committed(await node.commitOne(turnOf(await take(), 0, { ...put, claimDoesNotCount: true })));
    const counted = await take();
    assert.equal(counted.claims, 1);
    committed(await node.commitOne(turnOf(counted, 0, put)));
    assert.equal((await take()).claims, 2);
  });

  check("S10", "acking messages without recording anything is not what suspects do", async (scene) => {
    await scene.provider.createInstances([newInstance("a")]);
    const node = await scene.node();
    for (let round = 0; round < 8; round += 1) {
      const owned = found((await node.fetch()).instances[0]);
      assert.deepEqual([owned.claims, owned.withheld], [1, false], "an ack ends the count of claims, as an event does");
      committed(await node.commitOne(turnOf(owned, 0, { release: true })));
      await scene.provider.enqueue([message("a", `nobody waits for ${round}`)]);
    }
  });
});

async function dyingNode(scene: Scene): Promise<TestNode> {
  scene.clock.advance(1_000);
  return await scene.node({ leaseMs: 1_000 });
}

/** Instances that three nodes have died with, the last of them now. */
async function makeSuspects(scene: Scene, instanceIds: readonly string[]): Promise<void> {
  await scene.start(...instanceIds);
  for (let death = 0; death < 3; death += 1) await (await dyingNode(scene)).fetch();
  scene.clock.advance(1_000);
}

async function refs(node: TestNode) {
  return (await node.fetch({ limit: 0 })).instances.map(({ ref }) => ref);
}
