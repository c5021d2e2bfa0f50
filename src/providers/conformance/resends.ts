import assert from "node:assert/strict";
import { section } from "./check.ts";
import { committed, fenceOf, found, message, newInstance, timer, turnAfter, turnOf, workItem } from "./scene.ts";

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
});
