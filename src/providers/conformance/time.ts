import assert from "node:assert/strict";
import { section } from "./check.ts";
import { committed, timer, turnAfter, turnOf } from "./scene.ts";

export const time = section("time", (check) => {
  check("N1", "the store's clock never goes back", async (scene) => {
    const node = await scene.node();
    const before = scene.provider.now();
    scene.clock.advance(-60_000);
    assert.ok(scene.provider.now() >= before);
    assert.ok((await node.renewLease()).storeNow >= before);
  });

  check("N2", "every answer says what time it is in the store", async (scene) => {
    const node = await scene.node();
    const { provider } = scene;
    for (let second = 0; second < 3; second += 1) {
      scene.clock.advance(1_000);
      const answers = [
        await node.renewLease(),
        await node.fetch(),
        await node.fetchWork(),
        await provider.fireTimers({ partitions: [0], limit: 1 }),
        await provider.expireWork({ nodeId: node.nodeId, graceMs: 0, limit: 1 }),
        await node.commit([]),
      ];
      assert.deepEqual(new Set(answers.map(({ storeNow }) => storeNow)), new Set([scene.clock.now]));
      assert.equal(provider.now(), scene.clock.now);
    }
  });

  check("N3", "a clock that is set back an hour takes no lease away and makes nothing due", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const dueAt = scene.clock.now + 1_000;
    const turn = turnOf(owned, 1, { timers: [timer(1, dueAt)] });
    committed(await node.commitOne(turn));
    scene.clock.advance(-3_600_000);
    assert.equal((await node.renewLease()).held, true);
    assert.equal((await scene.provider.fireTimers({ partitions: [0], limit: 9 })).fired, 0);
    assert.equal((await node.commitOne(turnAfter(turn, 1))).status, "committed");
    scene.clock.advance(2 * 3_600_000);
    await scene.node();
    assert.equal((await scene.provider.fireTimers({ partitions: [0], limit: 9 })).fired, 1);
  });
});
