import assert from "node:assert/strict";
import { section } from "./check.ts";
import { bodies, committed, ended, found, newInstance, timer, turnAfter, turnOf } from "./scene.ts";

export const timers = section("timers", (check) => {
  check("D1", "a timer never fires early, and fires once", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const dueAt = scene.clock.now + 1_000;
    committed(await node.commitOne(turnOf(owned, 1, { timers: [timer(1, dueAt)] })));
    const fire = () => scene.provider.fireTimers({ partitions: [0], limit: 10 });
    scene.clock.advance(999);
    assert.deepEqual(await fire(), { storeNow: scene.clock.now, fired: 0, nextDueAt: dueAt });
    assert.deepEqual(await node.fetchIds(), []);
    scene.clock.advance(1);
    assert.deepEqual(await fire(), { storeNow: scene.clock.now, fired: 1, nextDueAt: null });
    const [again] = (await node.fetch()).instances;
    assert.deepEqual([bodies(again), found(again).messages[0]?.lane], [["timer 1"], "normal"]);
    assert.equal((await fire()).fired, 0);
  });

  check("D2", "timers fire oldest first, up to the limit, of the partitions asked for", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const { now } = scene.clock;
    const timers = [
      timer(1, now + 30, { partition: 1 }),
      timer(2, now + 10, { partition: 2 }),
      timer(3, now + 20, { partition: 1 }),
      timer(4, now + 5, { partition: 3 }),
      timer(5, now + 90, { partition: 2 }),
    ];
    committed(await node.commitOne(turnOf(owned, 5, { timers })));
    scene.clock.advance(50);
    const first = await scene.provider.fireTimers({ partitions: [1, 2], limit: 2 });
    assert.deepEqual([first.fired, first.nextDueAt], [2, now + 30]);
    const second = await scene.provider.fireTimers({ partitions: [1, 2], limit: 2 });
    assert.deepEqual([second.fired, second.nextDueAt], [1, now + 90]);
    assert.deepEqual(bodies((await node.fetch()).instances[0]), ["timer 2", "timer 3", "timer 1"]);
    assert.equal((await scene.provider.fireTimers({ partitions: [], limit: 2 })).nextDueAt, null);
  });

  check("D3", "a timer of an instance that has ended is removed, and wakes nobody", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const turn = turnOf(owned, 1, { timers: [timer(1, scene.clock.now)] });
    committed(await node.commitOne(turn));
    committed(await node.commitOne(turnAfter(turn, 1, { ...ended("failed"), closes: false })));
    await scene.provider.fireTimers({ partitions: [0], limit: 10 });
    assert.deepEqual(await node.fetchIds(), [], "its status is an end, though no turn has closed the execution");
    assert.equal((await scene.provider.fireTimers({ partitions: [0], limit: 10 })).nextDueAt, null);
  });

  check("D4", "a fraction of a millisecond is not a reason to fire early", async (scene) => {
    const node = await scene.node();
    await scene.provider.createInstances([newInstance("a")]);
    const owned = found((await node.fetch()).instances[0]);
    committed(await node.commitOne(turnOf(owned, 1, { timers: [timer(1, scene.clock.now + 0.5)] })));
    assert.equal((await scene.provider.fireTimers({ partitions: [0], limit: 1 })).fired, 0);
    scene.clock.advance(1);
    assert.equal((await scene.provider.fireTimers({ partitions: [0], limit: 1 })).fired, 1);
  });

  check("D5", "a timer that is due when it is created fires at once, while its instance is owned", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    // What was looked at and found empty may hold something old a moment later.
    assert.equal((await scene.provider.fireTimers({ partitions: [0], limit: 9 })).fired, 0);
    const turn = turnOf(owned, 1, { timers: [timer(1, scene.clock.now - 60_000), timer(2, 0)] });
    committed(await node.commitOne(turn));
    assert.equal((await scene.provider.fireTimers({ partitions: [0], limit: 9 })).fired, 2);
    assert.deepEqual(bodies((await node.fetch()).instances[0]), ["timer 2", "timer 1"]);
  });

  check("D6", "a timer of ten years is due in ten years", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const dueAt = scene.clock.now + 10 * 365 * 86_400_000;
    committed(await node.commitOne(turnOf(owned, 1, { timers: [timer(1, dueAt)], release: true })));
    const fire = () => scene.provider.fireTimers({ partitions: [0], limit: 9 });
    assert.deepEqual(await fire(), { storeNow: scene.clock.now, fired: 0, nextDueAt: dueAt });
    scene.clock.advance(dueAt - scene.clock.now - 1);
    assert.equal((await fire()).fired, 0);
    scene.clock.advance(1);
    assert.equal((await fire()).fired, 1);
  });

  check("D7", "timers of different instances may have the same number and the same time", async (scene) => {
    const node = await scene.node();
    await scene.start("i1", "i2", "i3");
    const dueAt = scene.clock.now + 5;
    const turns = (await node.fetch()).instances.map((owned) =>
      turnOf(owned, 1, { timers: [timer(1, dueAt, { body: `t of ${owned.instanceId}` })], release: true }),
    );
    await node.commit(turns);
    scene.clock.advance(5);
    assert.equal((await scene.provider.fireTimers({ partitions: [0], limit: 9 })).fired, 3);
    assert.deepEqual((await node.fetch()).instances.map(bodies), [["t of i1"], ["t of i2"], ["t of i3"]]);
  });

  check("D8", "of many that are due in one partition the oldest fire, and what is not due stays", async (scene) => {
    const node = await scene.node();
    await scene.start("i1", "i2");
    const { now } = scene.clock;
    const dueAts = [
      [30, 10, 90],
      [20, 40, 80],
    ];
    const turns = (await node.fetch()).instances.map((owned, index) =>
      turnOf(owned, 1, { timers: found(dueAts[index]).map((ms, at) => timer(at + 1, now + ms, { body: `${ms}` })) }),
    );
    await node.commit(turns);
    const fired = async (limit: number) => {
      await scene.provider.fireTimers({ partitions: [0], limit });
      return (await node.fetch()).instances.map(bodies);
    };
    scene.clock.advance(50);
    assert.deepEqual((await fired(1)).flat(), ["10"]);
    assert.deepEqual((await fired(2)).flat().toSorted(), ["10", "20", "30"]);
    assert.deepEqual((await fired(9)).flat().toSorted(), ["10", "20", "30", "40"]);
    scene.clock.advance(50);
    assert.deepEqual((await fired(9)).flat().toSorted(), ["10", "20", "30", "40", "80", "90"]);
  });

  check("D9", "of hundreds that are due as many fire as asked for, however they are spread", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const { now } = scene.clock;
    const timers = Array.from({ length: 250 }, (_, n) =>
      timer(n + 1, now + (n < 30 ? n : n - 30), { partition: n < 30 ? 0 : 2 }),
    );
    committed(await node.commitOne(turnOf(owned, 250, { timers })));
    scene.clock.advance(500);
    const fire = () => scene.provider.fireTimers({ partitions: [0, 2], limit: 240 });
    const { fired, nextDueAt } = await fire();
    assert.equal(fired, 240);
    assert.ok(nextDueAt !== null && nextDueAt <= scene.clock.now, "the rest is due");
    assert.deepEqual(await fire(), { storeNow: scene.clock.now, fired: 10, nextDueAt: null });
    assert.equal((await node.fetch({ messageLimit: 300 })).instances[0]?.messages.length, 250);
  });
});
