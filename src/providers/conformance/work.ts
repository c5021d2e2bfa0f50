import assert from "node:assert/strict";
import type { TurnCommit, WorkFence, WorkItem } from "../contract.ts";
import { section } from "./check.ts";
import {
  bodies,
  committed,
  delivered,
  fenceOf,
  found,
  idsOf,
  message,
  schedule,
  type TestNode,
  turnAfter,
  turnOf,
  workItem,
} from "./scene.ts";

export const work = section("work", (check) => {
  check("W1", "an item is delivered to one node at a time, with all that is known of it", async (scene) => {
    const [a, b] = [await scene.node(), await scene.node()];
    await schedule(scene, a, [workItem("w1")]);
    const { items, storeNow } = await a.fetchWork();
    const expected: WorkItem = {
      id: "w1",
      delivery: 1,
      queue: "default",
      name: "charge",
      instanceId: "a",
      body: "body of w1",
      payload: "{}",
      failures: 0,
      lost: 0,
      scheduledAt: storeNow,
      heartbeat: null,
      note: null,
    };
    assert.deepEqual(items, [expected]);
    assert.deepEqual((await b.fetchWork()).items, []);
  });

  check("W2", "a node gets activities it has, of the queue it asks for, oldest first", async (scene) => {
    const node = await scene.node({ activities: ["charge", "ship"] });
    await schedule(scene, node, [
      workItem("w1", { name: "ship" }),
      workItem("w2", { name: "unknown" }),
      workItem("w3", { queue: "gpu" }),
      workItem("w4"),
      workItem("w5", { name: "ship" }),
    ]);
    assert.deepEqual(idsOf(await node.fetchWork(2)), ["w1", "w4"]);
    assert.deepEqual(await node.fetchWorkIds(9), ["w5"]);
    assert.deepEqual(idsOf(await node.fetchWork(9, "gpu")), ["w3"]);
    assert.deepEqual(idsOf(await node.fetchWork(9, "gpu")), []);
  });

  check("W3a", "a completed item is gone and its message queued, once", async (scene) => {
    const node = await scene.node();
    const [item] = await delivered(scene, node, [workItem("w1")]);
    const result = { ...fenceOf(found(item)), kind: "complete", message: message("a", "done") } as const;
    assert.deepEqual((await node.commit([], { results: [result] })).results, ["committed"]);
    assert.deepEqual((await node.commit([], { results: [result] })).results, ["fenced"]);
    assert.deepEqual(bodies((await node.fetch()).instances[0]), ["done"]);
  });

  check("W3b", "a delivery that was given back completes nothing", async (scene) => {
    const node = await scene.node();
    const [item] = await delivered(scene, node, [workItem("w1")]);
    const fence = fenceOf(found(item));
    await node.commit([], { results: [{ ...fence, kind: "abandon" }] });
    await node.fetchWork();
    for (const result of [
      { ...fence, kind: "complete", message: message("a", "done") },
      { ...fence, kind: "retry", delayMs: 0, note: null },
      { ...fence, kind: "abandon" },
    ] as const) {
      assert.deepEqual((await node.commit([], { results: [result] })).results, ["fenced"]);
    }
    assert.deepEqual(await node.fetchIds(), []);
  });

  check("W4", "a completion may go to an instance of a turn in the same batch", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const turn = turnOf(owned, 1, { work: [workItem("w1")] });
    const { work } = await node.commit([turn], { claimWork: node.slots(1) });
    const result = { ...fenceOf(found(work[0])), kind: "complete", message: message("a", "done") } as const;
    const answer = await node.commit([turnAfter(turn, 1)], { results: [result] });
    assert.deepEqual(
      committed(answer.turns[0]).messages.map(({ body }) => body),
      ["done"],
    );
  });

  check("W5", "a retried item is not delivered before its time, and its failures count", async (scene) => {
    const node = await scene.node();
    const [item] = await delivered(scene, node, [workItem("w1"), workItem("w2")]);
    assert.equal(await scene.provider.heartbeatWork(node.nodeId, fenceOf(found(item)), "50 %"), true);
    const result = { ...fenceOf(found(item)), kind: "retry", delayMs: 250, note: "it broke" } as const;
    assert.deepEqual((await node.commit([], { results: [result] })).results, ["committed"]);
    const waiting = await node.fetchWork();
    assert.deepEqual([waiting.items, waiting.nextVisibleAt], [[], scene.clock.now + 250]);
    scene.clock.advance(249);
    assert.deepEqual((await node.fetchWork()).items, []);
    scene.clock.advance(1);
    const again = found((await node.fetchWork()).items[0]);
    assert.deepEqual(
      [again.id, again.delivery, again.failures, again.lost, again.note, again.heartbeat],
      ["w1", 2, 1, 0, "it broke", "50 %"],
    );
    assert.deepEqual((await node.commit([], { results: [result] })).results, ["fenced"], "of an earlier delivery");
  });

  check("W6", "an abandoned item is available at once, and counts nothing", async (scene) => {
    const node = await scene.node();
    const [item] = await delivered(scene, node, [workItem("w1")]);
    await node.commit([], { results: [{ ...fenceOf(found(item)), kind: "abandon" }] });
    const again = found((await node.fetchWork()).items[0]);
    assert.deepEqual([again.delivery, again.failures, again.lost], [2, 0, 0]);
  });

  check("W7", "nextVisibleAt is known even when more is visible than was asked for", async (scene) => {
    const node = await scene.node();
    const items = await delivered(
      scene,
      node,
      ["w1", "w2", "w3", "w4"].map((id) => workItem(id)),
    );
    const results = items.map((item, index) => {
      const delayMs = index === 0 ? 500 : 0;
      return { ...fenceOf(item), kind: "retry", delayMs, note: null } as const;
    });
    await node.commit([], { results });
    const fetched = await node.fetchWork(1);
    assert.deepEqual([fetched.items.length, fetched.nextVisibleAt], [1, scene.clock.now + 500]);
  });

  check("W8", "a heartbeat says whether the delivery still holds, and null details change nothing", async (scene) => {
    const [a, b] = [await scene.node(), await scene.node()];
    const [item] = await delivered(scene, a, [workItem("w1")]);
    const fence = fenceOf(found(item));
    assert.equal(await scene.provider.heartbeatWork(a.nodeId, fence, "1"), true);
    assert.equal(await scene.provider.heartbeatWork(a.nodeId, fence, null), true);
    assert.equal(await scene.provider.heartbeatWork(b.nodeId, fence, "2"), false);
    assert.equal(await scene.provider.heartbeatWork(a.nodeId, { ...fence, delivery: 2 }, "2"), false);
    assert.equal(await scene.provider.heartbeatWork(a.nodeId, { ...fence, id: "none" }, null), false);
    await a.commit([], { results: [{ ...fence, kind: "abandon" }] });
    assert.equal((await b.fetchWork()).items[0]?.heartbeat, "1");
  });

  check("W9", "lost work is found: cancelled, taken over, or of an earlier delivery", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const turn = turnOf(owned, 1, { work: ["kept", "cancelled", "abandoned"].map((id) => workItem(id)) });
    const { work } = await node.commit([turn], { claimWork: node.slots(3) });
    const abandoned = { ...fenceOf(found(work[2])), kind: "abandon" } as const;
    await node.commit([turnAfter(turn, 1, { cancelledWork: ["cancelled"] })], { results: [abandoned] });
    const [again] = (await node.fetchWork()).items;
    const fences = [...work, found(again)].map(fenceOf);
    const lost = await scene.provider.findLostWork(node.nodeId, fences);
    assert.deepEqual(lost, fences.slice(1, 3));
    assert.deepEqual(await scene.provider.findLostWork(node.nodeId, []), []);
  });

  check("W10", "a commit hands the committing node what it inserts, up to its free slots", async (scene) => {
    const [a, b] = [await scene.node(), await scene.node()];
    const owned = await scene.claimed(a, "a");
    const work = [workItem("w1"), workItem("other", { name: "ship" }), workItem("w2"), workItem("w3")];
    const answer = await a.commit([turnOf(owned, 1, { work })], { claimWork: a.slots(2) });
    const claimed = answer.work.map(({ id, delivery, instanceId }) => `${id} ${delivery} ${instanceId}`);
    assert.deepEqual(claimed, ["w1 1 a", "w2 1 a"]);
    assert.deepEqual(await b.fetchWorkIds(), ["w3"]);
    assert.deepEqual(await scene.provider.findLostWork(a.nodeId, answer.work.map(fenceOf)), []);
  });

  check("W11", "a commit leaves as many slots to older work as there is of it that it could do", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const older = [workItem("old1"), workItem("old2"), workItem("foreign", { name: "ship" })];
    const turn = turnOf(owned, 1, { work: older });
    await node.commit([turn]);
    const claimed = async (commit: TurnCommit, limit: number) =>
      idsOf({ items: (await node.commit([commit], { claimWork: node.slots(limit) })).work });
    const second = turnAfter(turn, 1, { work: [workItem("new1")] });
    assert.deepEqual(await claimed(second, 2), []);
    assert.deepEqual(await node.fetchWorkIds(1), ["old1"]);
    const third = turnAfter(second, 1, { work: ["new2", "new3", "new4"].map((id) => workItem(id)) });
    assert.deepEqual(await claimed(third, 4), ["new2", "new3"]);
    assert.deepEqual(await node.fetchWorkIds(9), ["old2", "new1", "new4"]);
    const last = turnAfter(third, 1, { work: [workItem("newest")] });
    assert.deepEqual(await claimed(last, 1), ["newest"]);
    const waiting = turnAfter(last, 1, { work: [workItem("old3")] });
    await node.commit([waiting]);
    const fused = turnAfter(waiting, 1, { ackedWork: [{ id: "newest", delivery: 1 }], work: [workItem("fused1")] });
    assert.deepEqual(await claimed(fused, 2), ["fused1"]);
    const next = turnAfter(fused, 1, { ackedWork: [{ id: "fused1", delivery: 1 }], work: [workItem("fused2")] });
    assert.deepEqual(await claimed(next, 1), []);
    const [old3, fused2] = (await node.fetchWork(2)).items.map(fenceOf);
    await node.commit([], { results: [{ ...found(old3), kind: "retry", delayMs: 1_000, note: null }] });
    const free = turnAfter(next, 1, { ackedWork: [found(fused2)], work: [workItem("fused3")] });
    assert.deepEqual(await claimed(free, 1), ["fused3"], "what is not due is not waited for");
  });

  check("W12", "a node can give up the work that it does not know of", async (scene) => {
    const [a, b] = [await scene.node(), await scene.node()];
    await delivered(scene, a, [workItem("known"), workItem("unknown")]);
    await scene.provider.releaseAllExcept(a.nodeId, { instances: [], work: [{ id: "known", delivery: 1 }] });
    const [item] = (await b.fetchWork()).items;
    assert.deepEqual([found(item).id, found(item).failures, found(item).lost], ["unknown", 0, 0]);
  });

  check("W13", "what was not delivered once by its time expires; what was, does not", async (scene) => {
    const node = await scene.node({ leaseMs: 60_000 });
    const startBy = scene.clock.now + 100;
    const items = ["w1", "w2", "w3"].map((id) => workItem(id, { startBy }));
    await schedule(scene, node, [...items, workItem("never")]);
    const [first] = (await node.fetchWork(1)).items;
    await node.commit([], { results: [{ ...fenceOf(found(first)), kind: "retry", delayMs: 0, note: null }] });
    const expire = { nodeId: node.nodeId, graceMs: 60_000, limit: 1 };
    const early = await scene.provider.expireWork(expire);
    assert.deepEqual([early.items, early.nextVisibleAt], [[], startBy]);
    scene.clock.advance(100);
    assert.deepEqual(idsOf(await scene.provider.expireWork(expire)), ["w2"]);
    const [w3] = (await scene.provider.expireWork(expire)).items;
    assert.deepEqual(idsOf(await scene.provider.expireWork(expire)), []);
    const result = { ...fenceOf(found(w3)), kind: "complete", message: message("a", "timed out") } as const;
    assert.deepEqual((await node.commit([], { results: [result] })).results, ["committed"]);
  });

  check("W14", "every failure and every loss is counted, however many", async (scene) => {
    const owner = await scene.node({ leaseMs: 600_000 });
    await schedule(scene, owner, [workItem("w1")]);
    const counts: number[][] = [];
    for (const end of ["retry", "die", "retry", "abandon", "die", "none"]) {
      const node = await scene.node({ leaseMs: 1_000 });
      const item = found((await node.fetchWork()).items[0]);
      counts.push([item.delivery, item.failures, item.lost]);
      const { id, delivery } = item;
      const retry = { id, delivery, kind: "retry", delayMs: 0, note: null } as const;
      if (end === "retry") await node.commit([], { results: [retry] });
      if (end === "abandon") await node.commit([], { results: [{ id, delivery, kind: "abandon" }] });
      if (end === "die") scene.clock.advance(1_000);
    }
    assert.deepEqual(counts, [
      [1, 0, 0],
      [2, 1, 0],
      [3, 1, 1],
      [4, 2, 1],
      [5, 2, 1],
      [6, 2, 2],
    ]);
  });

  check("W15", "an item that was acked in a fused turn is delivered to nobody again", async (scene) => {
    const [a, b] = [await scene.node({ leaseMs: 1_000 }), await scene.node({ leaseMs: 60_000 })];
    const owned = await scene.claimed(a, "a");
    const turn = turnOf(owned, 1, { work: [workItem("w1")] });
    const { work } = await a.commit([turn], { claimWork: a.slots(1) });
    committed(await a.commitOne(turnAfter(turn, 1, { ackedWork: work.map(fenceOf) })));
    scene.clock.advance(1_000);
    await b.renewLease();
    assert.deepEqual((await b.fetchWork()).items, []);
  });

  check("W16", "an item keeps when it was scheduled, whatever becomes of its deliveries", async (scene) => {
    const node = await scene.node();
    const [first] = await delivered(scene, node, [workItem("w1")]);
    scene.clock.advance(50);
    const retry = { ...fenceOf(found(first)), kind: "retry", delayMs: 50, note: null } as const;
    await node.commit([], { results: [retry] });
    scene.clock.advance(50);
    assert.equal((await node.fetchWork()).items[0]?.scheduledAt, scene.clock.now - 100);
  });

  check("W17", "a node whose delivery was taken over can neither end nor extend it", async (scene) => {
    const [a, b] = [await scene.node({ leaseMs: 1_000 }), await scene.node({ leaseMs: 60_000 })];
    const [item] = await delivered(scene, a, [workItem("w1")]);
    scene.clock.advance(1_000);
    await b.renewLease();
    const [again] = (await b.fetchWork()).items;
    const fence = fenceOf(found(item));
    assert.equal(await scene.provider.heartbeatWork(a.nodeId, fence, "late"), false);
    const results = [{ ...fence, kind: "complete", message: message("a", "late") } as const];
    assert.deepEqual((await a.commit([], { results })).results, ["fenced"]);
    assert.deepEqual(await scene.provider.findLostWork(a.nodeId, [fence]), [fence]);
    const done = [{ ...fenceOf(found(again)), kind: "complete", message: message("a", "done") } as const];
    assert.deepEqual((await b.commit([], { results: done })).results, ["committed"]);
    assert.deepEqual(bodies((await b.fetch()).instances[0]), ["done"]);
  });

  check("W18", "a completion for an instance that has ended or is gone ends the item all the same", async (scene) => {
    const node = await scene.node();
    const [first, second] = await delivered(scene, node, [workItem("w1"), workItem("w2")]);
    const results = [first, second].map((item, index) => ({
      ...fenceOf(found(item)),
      kind: "complete" as const,
      message: message(["nobody", "a"][index] as string, "done"),
    }));
    assert.deepEqual((await node.commit([], { results })).results, ["committed", "committed"]);
    assert.deepEqual(bodies((await node.fetch()).instances[0]), ["done"]);
  });

  check("W19", "items of one kind come in the order in which they were scheduled, across turns", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    let turn = turnOf(owned, 1, { work: [workItem("z1"), workItem("a1")] });
    committed(await node.commitOne(turn));
    turn = turnAfter(turn, 1, { work: [workItem("m1")] });
    committed(await node.commitOne(turn));
    assert.deepEqual(await node.fetchWorkIds(), ["z1", "a1", "m1"]);
  });

  check(
    "W20",
    "of what was lost too often, only so much is handed out; what came later is not held back",
    async (scene) => {
      const first = await scene.node({ leaseMs: 1_000 });
      const work = ["s1", "s2", "s3"].map((id) => workItem(id));
      await delivered(scene, first, [...work, workItem("gpu", { queue: "gpu" })]);
      // Lost with two nodes each; the second of them got all three because once is not enough.
      scene.clock.advance(1_000);
      const second = await scene.node({ leaseMs: 1_000 });
      assert.deepEqual(idsOf(await second.fetchWork(100, "default", 0)), ["s1", "s2", "s3"]);
      scene.clock.advance(1_000);
      const node = await scene.node();
      const owned = await scene.claimed(node, "b");
      committed(await node.commitOne(turnOf(owned, 1, { work: [workItem("fresh")] })));
      const none = await node.fetchWork(100, "default", 0);
      assert.deepEqual([idsOf(none), none.suspectsWait], [["fresh"], true]);
      const one = await node.fetchWork(100, "default", 1);
      assert.deepEqual([idsOf(one), one.items[0]?.lost, one.suspectsWait], [["s1"], 2, true]);
      const elsewhere = await node.fetchWork(100, "gpu", 0);
      assert.deepEqual([idsOf(elsewhere), elsewhere.suspectsWait], [["gpu"], false]);
      assert.deepEqual(idsOf(await node.fetchWork(1, "default", 9)), ["s2"], "within the limit");
      const rest = await node.fetchWork(100, "default", 9);
      assert.deepEqual([idsOf(rest), rest.suspectsWait], [["s3"], false]);
    },
  );

  check("W21", "a suspect that waits for its retry is neither handed out nor waited for", async (scene) => {
    await delivered(scene, await scene.node({ leaseMs: 1_000 }), [workItem("w1")]);
    scene.clock.advance(1_000);
    await (await scene.node({ leaseMs: 1_000 })).fetchWork();
    scene.clock.advance(1_000);
    const node = await scene.node();
    const fence = fenceOf(found((await node.fetchWork()).items[0]));
    await node.commit([], { results: [{ ...fence, kind: "retry", delayMs: 250, note: null }] });
    const waiting = await node.fetchWork();
    assert.deepEqual([waiting.items, waiting.suspectsWait], [[], false]);
    assert.equal(waiting.nextVisibleAt, scene.clock.now + 250);
  });

  check(
    "W22",
    "a node's death is a loss for its item on trial alone, and for all once that trial is over",
    async (scene) => {
      const first = await scene.node({ leaseMs: 1_000 });
      await delivered(scene, first, [workItem("s1"), workItem("s2")]);
      scene.clock.advance(1_000);
      const second = await scene.node({ leaseMs: 1_000 });
      await second.fetchWork();
      const owned = await scene.claimed(second, "b");
      committed(await second.commitOne(turnOf(owned, 1, { work: [workItem("fresh")] })));
      scene.clock.advance(1_000);
      const losses = async (during: (node: TestNode, suspect: WorkItem) => Promise<unknown>) => {
        const node = await scene.node({ leaseMs: 1_000 });
        const { items } = await node.fetchWork();
        const suspect = found(items.find(({ id }) => id === "s1"));
        await during(node, suspect);
        scene.clock.advance(1_000);
        await scene.node({ leaseMs: 500 });
        const { work } = found(await scene.provider.readInstanceQueues({ instanceId: "a", limit: 9 }));
        const { work: rest } = found(await scene.provider.readInstanceQueues({ instanceId: "b", limit: 9 }));
        scene.clock.advance(500);
        return Object.fromEntries([...work, ...rest].map(({ id, lost }) => [id, lost]));
      };
      const end = (nodeId: string, fence: WorkFence) => scene.provider.endTrial(nodeId, fence);
      assert.deepEqual(await losses(async () => undefined), { s1: 3, s2: 2, fresh: 0 });
      assert.deepEqual(await losses((node, suspect) => end(node.nodeId, fenceOf(suspect))), { s1: 4, s2: 2, fresh: 1 });
      const another = async (node: TestNode, suspect: WorkItem) => {
        await end(node.nodeId, fenceOf(suspect));
        assert.deepEqual(await node.fetchWorkIds(), ["s2"]);
      };
      assert.deepEqual(await losses(another), { s1: 4, s2: 3, fresh: 1 });
      const stale = (node: TestNode, { id, delivery }: WorkItem) => end(node.nodeId, { id, delivery: delivery - 1 });
      assert.deepEqual(await losses(stale), { s1: 5, s2: 3, fresh: 1 });
    },
  );

  check("W23", "what a node knows of is one delivery: a later one of the same item is given up", async (scene) => {
    const node = await scene.node();
    const [first] = await delivered(scene, node, [workItem("w")]);
    const known = fenceOf(found(first));
    await node.commit([], { results: [{ ...known, kind: "retry", delayMs: 0, note: null }] });
    // The answer to this is lost, while the retry is still being committed again.
    assert.deepEqual(await node.fetchWorkIds(), ["w"]);
    await scene.provider.releaseAllExcept(node.nodeId, { instances: [], work: [known] });
    assert.deepEqual(await node.fetchWorkIds(), ["w"]);
  });
});
