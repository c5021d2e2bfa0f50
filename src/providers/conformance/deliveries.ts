import assert from "node:assert/strict";
import type { WorkItem, WorkResult } from "../contract.ts";
import { section } from "./check.ts";
import {
  committed,
  delivered,
  fenceOf,
  found,
  fusedTurn,
  idsOf,
  message,
  type Scene,
  type TestNode,
  workItem,
} from "./scene.ts";

export const deliveries = section("work", (check) => {
  check("W24", "a delivery is its node's alone, and nobody's once it was given back", async (scene) => {
    const [owner, other] = [await scene.node(), await scene.node()];
    const fence = fenceOf(await deliveredOne(scene, owner));
    const ends: readonly WorkResult[] = [
      { ...fence, kind: "complete", message: message("a", "done") },
      { ...fence, kind: "retry", delayMs: 0, note: null },
      { ...fence, kind: "abandon" },
    ];
    const isNot = async (node: TestNode) => {
      for (const end of ends) assert.deepEqual((await node.commit([], { results: [end] })).results, ["fenced"]);
      assert.equal(await scene.provider.heartbeatWork(node.nodeId, fence, "50 %"), false);
      assert.deepEqual(await scene.provider.findLostWork(node.nodeId, [fence]), [fence]);
    };
    await isNot(other);
    await owner.commit([], { results: [{ ...fence, kind: "abandon" }] });
    await isNot(owner);
    assert.deepEqual(await owner.fetchIds(), []);
    const again = found((await owner.fetchWork()).items[0]);
    assert.deepEqual([again.delivery, again.failures, again.heartbeat], [2, 0, null]);
  });

  check("W25", "a fraction of a millisecond is not a reason to deliver a retry early", async (scene) => {
    const node = await scene.node();
    const fence = fenceOf(await deliveredOne(scene, node));
    await node.commit([], { results: [{ ...fence, kind: "retry", delayMs: 0.5, note: null }] });
    assert.deepEqual((await node.fetchWork()).items, []);
    scene.clock.advance(1);
    assert.equal((await node.fetchWork()).items.length, 1);
  });

  check("W26", "nextVisibleAt is the earliest of all that the node can run", async (scene) => {
    const node = await scene.node({ activities: ["charge", "pack", "ship"] });
    const work = node.options.activities.map((name) => workItem(name, { name }));
    const delays = new Map([
      ["charge", 900],
      ["pack", 300],
      ["ship", 600],
    ]);
    const results = (await delivered(scene, node, work)).map((item) => {
      return { ...fenceOf(item), kind: "retry", delayMs: found(delays.get(item.name)), note: null } as const;
    });
    await node.commit([], { results });
    const { items, nextVisibleAt } = await node.fetchWork();
    assert.deepEqual([items, nextVisibleAt], [[], scene.clock.now + 300]);
  });

  check("W27", "what was started has no time to start by any more, and nothing is waited for", async (scene) => {
    const node = await scene.node({ leaseMs: 60_000 });
    const [item] = await delivered(scene, node, [workItem("w1", { startBy: scene.clock.now + 100 })]);
    const fence = fenceOf(found(item));
    const expire = () => scene.provider.expireWork({ nodeId: node.nodeId, graceMs: 60_000, limit: 9 });
    assert.equal((await expire()).nextVisibleAt, null);
    await node.commit([], { results: [{ ...fence, kind: "retry", delayMs: 50, note: null }] });
    assert.equal((await expire()).nextVisibleAt, null);
    scene.clock.advance(100);
    const { items, nextVisibleAt } = await expire();
    assert.deepEqual([items, nextVisibleAt], [[], null]);
  });

  check("W28", "what a fused turn schedules expires as any other", async (scene) => {
    const node = await scene.node();
    const { fused } = await fusedTurn(scene, node);
    committed(await node.commitOne({ ...fused, work: [workItem("w2", { startBy: scene.clock.now + 99.5 })] }));
    scene.clock.advance(100);
    const expired = await scene.provider.expireWork({ nodeId: node.nodeId, graceMs: 60_000, limit: 1 });
    assert.deepEqual(idsOf(expired), ["w2"]);
  });
});

async function deliveredOne(scene: Scene, node: TestNode): Promise<WorkItem> {
  return found((await delivered(scene, node, [workItem("w1")]))[0]);
}
