import assert from "node:assert/strict";
import { section } from "./check.ts";
import { bodies, fenceOf, found, fusedTurn, turnOf, workItem } from "./scene.ts";

export const leases = section("leases", (check) => {
  check("L1", "a lease is held until its time, and not an instant longer", async (scene) => {
    const node = await scene.node({ leaseMs: 1_000 });
    scene.clock.advance(999);
    assert.deepEqual(await node.renewLease(), { held: true, storeNow: scene.clock.now, nextExpiryAt: null });
    scene.clock.advance(1_000);
    assert.equal((await node.renewLease()).held, false);
    assert.equal((await node.renewLease()).held, false, "an expired lease does not come back");
  });

  check("L2", "a lease says when the next one of another node ends", async (scene) => {
    const a = await scene.node({ leaseMs: 1_000 });
    const b = await scene.node({ leaseMs: 5_000 });
    assert.equal((await b.renewLease()).nextExpiryAt, scene.clock.now + 1_000);
    assert.equal((await a.renewLease()).nextExpiryAt, scene.clock.now + 5_000);
  });

  check("L3", "a node whose lease has expired gets nothing and commits nothing", async (scene) => {
    const node = await scene.node({ leaseMs: 1_000 });
    const owned = await scene.claimed(node, "a");
    await node.commitOne(turnOf(owned, 1, { work: [workItem("w1"), workItem("w2", { startBy: 1 })] }));
    await scene.start("b");
    const [item] = (await node.fetchWork(1)).items;
    scene.clock.advance(1_000);
    assert.deepEqual((await node.fetch()).instances, []);
    assert.deepEqual((await node.fetchWork()).items, []);
    const expired = await scene.provider.expireWork({ nodeId: node.nodeId, graceMs: 0, limit: 9 });
    assert.deepEqual(expired.items, []);
    const result = { ...fenceOf(found(item)), kind: "abandon" } as const;
    const late = await node.commit([turnOf({ ...owned, lastEventId: 1, messages: [] }, 1)], { results: [result] });
    assert.deepEqual(late.turns, [{ status: "fenced" }]);
    assert.deepEqual(late.results, ["fenced"]);
    assert.equal((await scene.provider.readHistory("a"))?.length, 1);
  });

  for (const [id, end] of [
    ["L4a", "renewing"],
    ["L4b", "opening"],
  ] as const) {
    check(id, `when a lease has expired, ${end} any other makes available what the node owned`, async (scene) => {
      const b = await scene.node({ leaseMs: 60_000 });
      const a = await scene.node({ leaseMs: 1_000 });
      const owned = await scene.claimed(a, "a");
      await a.commitOne(turnOf(owned, 1, { ackedMessages: [], work: [workItem("w1")] }));
      const [taken] = (await a.fetchWork()).items;
      assert.deepEqual([found(taken).delivery, found(taken).lost], [1, 0]);
      scene.clock.advance(1_000);
      if (end === "renewing") await b.renewLease();
      else await scene.node();
      const again = found((await b.fetch()).instances[0]);
      assert.deepEqual([again.epoch, again.claims, bodies(again)], [owned.epoch + 1, 1, ["start a"]]);
      assert.deepEqual(again.history?.length, 1);
      const [item] = (await b.fetchWork()).items;
      assert.deepEqual([found(item).id, found(item).delivery, found(item).failures, found(item).lost], ["w1", 2, 0, 1]);
    });
  }

  check("L5", "what a closed lease hands back counts as neither claim nor loss", async (scene) => {
    const a = await scene.node();
    const b = await scene.node();
    const owned = await scene.claimed(a, "a");
    await scene.start("b");
    await a.commitOne(turnOf(owned, 1, { work: [workItem("w1")] }));
    assert.deepEqual(await a.fetchIds(), ["b"]);
    await a.fetchWork();
    await scene.provider.closeLease(a.nodeId);
    const [again] = (await b.fetch()).instances;
    assert.deepEqual([found(again).instanceId, found(again).claims], ["b", 1]);
    const [item] = (await b.fetchWork()).items;
    assert.deepEqual([found(item).delivery, found(item).lost], [2, 0]);
    assert.equal((await a.renewLease()).held, false);
  });

  check("L6", "closing a lease that has expired does not hide that its work was lost", async (scene) => {
    const a = await scene.node({ leaseMs: 1_000 });
    const b = await scene.node({ leaseMs: 60_000 });
    const owned = await scene.claimed(a, "a");
    await a.commitOne(turnOf(owned, 1, { work: [workItem("w1")] }));
    await a.fetchWork();
    scene.clock.advance(1_000);
    await scene.provider.closeLease(a.nodeId);
    assert.equal((await b.fetchWork()).items[0]?.lost, 1);
  });

  check("L7", "opening a lease again, because the answer was lost, changes nothing", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    assert.equal((await node.openLease()).held, true);
    assert.equal((await node.fetch()).instances[0]?.history, null, "still its own");
    assert.equal((await node.commitOne(turnOf(owned, 1))).status, "committed");
  });

  check("L8", "a renewed lease keeps what the node owns beyond the first term", async (scene) => {
    const a = await scene.node({ leaseMs: 1_000 });
    const b = await scene.node({ leaseMs: 60_000 });
    const owned = await scene.claimed(a, "a");
    for (let renewal = 0; renewal < 5; renewal += 1) {
      scene.clock.advance(999);
      assert.equal((await a.renewLease()).held, true);
      await b.renewLease();
    }
    assert.deepEqual(await b.fetchIds(), []);
    assert.equal((await a.commitOne(turnOf(owned, 1))).status, "committed");
  });

  check("L9", "closing a lease twice, or one that nobody opened, disturbs nobody", async (scene) => {
    const [a, b] = [await scene.node(), await scene.node()];
    await scene.start("a");
    assert.deepEqual(await b.fetchIds(), ["a"]);
    for (const nodeId of [a.nodeId, a.nodeId, "nobody"]) await scene.provider.closeLease(nodeId);
    assert.equal((await b.renewLease()).held, true);
    assert.deepEqual(await a.fetchIds(), []);
    assert.deepEqual(await b.fetchIds(), ["a"], "still its own");
  });

  check("L10", "a node without a lease gets nothing and commits nothing", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    await node.commitOne(turnOf(owned, 0, { ackedMessages: [], release: true, work: [workItem("w1")] }));
    const stranger = scene.nodeWithoutLease();
    assert.equal((await stranger.renewLease()).held, false);
    assert.deepEqual([await stranger.fetchIds(), (await stranger.fetchWork()).items], [[], []]);
    assert.equal((await stranger.commitOne(turnOf({ ...owned, epoch: 2 }, 1))).status, "fenced");
    assert.deepEqual(await node.fetchIds(), ["a"]);
  });

  check("L11", "a renewal says what the node can run from now on", async (scene) => {
    const node = await scene.node({ handlers: [] });
    await scene.start("a");
    assert.deepEqual(await scene.provider.findUnservable({ graceMs: 0 }), ["order@1"]);
    await scene.provider.renewLease({ ...node.lease, capabilities: ["order@1"] });
    assert.deepEqual(await scene.provider.findUnservable({ graceMs: 0 }), []);
    await scene.provider.renewLease({ ...node.lease, capabilities: [] });
    assert.deepEqual(await scene.provider.findUnservable({ graceMs: 0 }), ["order@1"]);
  });

  check("L12", "the death of one node takes nothing from another", async (scene) => {
    const a = await scene.node({ leaseMs: 1_000 });
    const b = await scene.node({ leaseMs: 60_000 });
    await scene.start("i1", "i2");
    const [mine] = (await a.fetch({ limit: 1 })).instances;
    const [yours] = (await b.fetch({ limit: 1 })).instances;
    scene.clock.advance(1_000);
    await b.renewLease();
    assert.equal((await b.commitOne(turnOf(found(yours), 1))).status, "committed");
    assert.equal((await a.commitOne(turnOf(found(mine), 1))).status, "fenced");
    assert.deepEqual(await b.fetchIds(), ["i1"]);
  });

  check("L13", "a lease that is closed takes nothing from another", async (scene) => {
    const [a, b] = [await scene.node(), await scene.node()];
    const owned = await scene.claimed(b, "a");
    await b.commitOne(turnOf(owned, 1, { work: [workItem("w1")] }));
    const fence = fenceOf(found((await b.fetchWork()).items[0]));
    await scene.provider.closeLease(a.nodeId);
    const c = await scene.node();
    assert.deepEqual([await c.fetchIds(), (await c.fetchWork()).items], [[], []]);
    assert.deepEqual(await scene.provider.findLostWork(b.nodeId, [fence]), []);
    const turn = turnOf({ ...owned, lastEventId: 1, messages: [] }, 1, { ackedWork: [fence] });
    assert.equal((await b.commitOne(turn)).status, "committed");
  });

  check("L14", "without its lease a node commits no fused turn, although all of it is still its own", async (scene) => {
    const node = await scene.node({ leaseMs: 1_000 });
    const { fused } = await fusedTurn(scene, node);
    scene.clock.advance(1_000);
    assert.deepEqual((await node.commit([fused])).turns, [{ status: "fenced" }]);
    assert.equal((await scene.provider.readHistory("a"))?.length, 1);
  });
});
