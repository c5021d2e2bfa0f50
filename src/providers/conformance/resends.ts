import assert from "node:assert/strict";
import { section } from "./check.ts";
import { committed, ended, fenceOf, found, message, newInstance, timer, turnAfter, turnOf, workItem } from "./scene.ts";

export const resends = section("resends", (check) => {
  for (const [id, what, release, eventCount] of [
    ["A1a", "that recorded events", false, 2],
    ["A1b", "that recorded events and released", true, 2],
    ["A1c", "without events", false, 0],
    ["A1d", "that only released", true, 0],
  ] as const) {
    check(id, `a turn ${what}, sent again, is answered as committed and changes nothing`, async (scene) => {
      const node = await scene.node();
      await scene.start("other");
      const owned = await scene.claimed(node, "a");
      const turn = turnOf(owned, eventCount, {
        release,
        work: [workItem("w1")],
        timers: [timer(1, scene.clock.now)],
        starts: [newInstance("child")],
        messages: [message("other", "once")],
      });
      committed(await node.commitOne(turn));
      committed(await node.commitOne(turn));
      assert.equal((await scene.provider.readHistory("a"))?.length, eventCount);
      assert.equal((await node.fetchWork()).items.length, 1);
      const other = (await node.fetch()).instances.find(({ instanceId }) => instanceId === "other");
      assert.equal(found(other).messages.length, 2);
    });
  }

  check("A2", "a fused turn that is sent again does not mind that its work is gone", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const first = turnOf(owned, 1, { work: [workItem("w1"), workItem("w2")] });
    const { work } = await node.commit([first], { claimWork: node.slots(2) });
    const [w1, w2] = work.map(fenceOf);
    const recorded = turnAfter(first, 1, { ackedWork: [found(w1)] });
    const dropped = turnAfter(recorded, 0, { ackedWork: [found(w2)] });
    for (const turn of [recorded, recorded, dropped, dropped]) committed(await node.commitOne(turn));
    assert.equal((await scene.provider.readHistory("a"))?.length, 2);
  });

  check("A3", "messages that came in meanwhile are in the answer to the repeated turn", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const turn = turnOf(owned, 1);
    committed(await node.commitOne(turn));
    await scene.provider.enqueue([message("a", "m1")]);
    assert.deepEqual(
      committed(await node.commitOne(turn)).messages.map(({ body }) => body),
      ["m1"],
    );
  });

  check("A4", "a turn that is resent after another owner's commit is fenced", async (scene) => {
    const [a, b] = [await scene.node(), await scene.node()];
    const owned = await scene.claimed(a, "a");
    const turn = turnOf(owned, 1, { release: true });
    committed(await a.commitOne(turn));
    await scene.provider.enqueue([message("a", "m1")]);
    const next = found((await b.fetch()).instances[0]);
    committed(await b.commitOne(turnOf(next, 1)));
    assert.equal((await a.commitOne(turn)).status, "fenced");
    assert.equal((await scene.provider.readHistory("a"))?.length, 2);
  });

  check("A5", "the last turn of an instance can be resent as well", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const turn = turnOf(owned, 1, ended("completed"));
    for (let sent = 0; sent < 2; sent += 1) committed(await node.commitOne(turn));
    assert.equal((await scene.provider.readHistory("a"))?.length, 1);
    assert.equal((await scene.provider.readInstance("a"))?.status, "completed");
  });

  check("A6", "a turn that is resent after the instance was deleted brings nothing back", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const turn = turnOf(owned, 1, { ...ended("completed") });
    committed(await node.commitOne(turn));
    const { runId } = found(await scene.provider.readInstance("a"));
    await scene.provider.deleteInstance({ instanceId: "a", runId, force: false, notify: null });
    assert.equal((await node.commitOne(turn)).status, "fenced");
    assert.equal(await scene.provider.readInstance("a"), null);
  });

  check("A7", "a batch that is resent keeps what was committed and adds what was not", async (scene) => {
    const node = await scene.node();
    await scene.start("i1", "i2");
    const [first, second] = (await node.fetch()).instances.map((instance) => turnOf(instance, 1));
    committed(await node.commitOne(found(first)));
    const again = await node.commit([found(first), found(second)]);
    assert.deepEqual(
      again.turns.map(({ status }) => status),
      ["committed", "committed"],
    );
    for (const id of ["i1", "i2"]) assert.equal((await scene.provider.readHistory(id))?.length, 1);
  });

  check("A8", "work that a lost answer had handed out is found to be the node's, and given up", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const turn = turnOf(owned, 1, { work: [workItem("w1")] });
    await node.commit([turn], { claimWork: node.slots(1) });
    const again = await node.commit([turn], { claimWork: node.slots(1) });
    assert.deepEqual(again.work, [], "it is not new");
    await scene.provider.releaseAllExcept(node.nodeId, { instances: [owned.ref], work: [] });
    const [item] = (await node.fetchWork()).items;
    assert.deepEqual([found(item).id, found(item).failures, found(item).lost], ["w1", 0, 0]);
    assert.equal((await node.commitOne(turnAfter(turn, 1))).status, "committed");
  });
});
