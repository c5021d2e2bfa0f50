import assert from "node:assert/strict";
import type { InstanceRef } from "../contract.ts";
import { section } from "./check.ts";
import { bodies, committed, found, message, newInstance, turnAfter, turnOf } from "./scene.ts";

export const ownership = section("ownership", (check) => {
  check("O1", "an instance has one owner: nobody else gets it before it is released", async (scene) => {
    const a = await scene.node();
    const b = await scene.node();
    const owned = await scene.claimed(a, "a");
    assert.deepEqual(await b.fetchIds(), []);
    const turn = turnOf(owned, 1, { release: true });
    committed(await a.commitOne(turn));
    await scene.provider.enqueue([message("a", "hello")]);
    const [again] = (await b.fetch()).instances;
    assert.deepEqual([found(again).epoch, bodies(again)], [owned.epoch + 1, ["hello"]]);
    assert.equal((await a.commitOne(turnAfter(turn, 1))).status, "fenced");
  });

  check("O2", "a node gets only what its handlers can run, and the oldest first", async (scene) => {
    const node = await scene.node({ handlers: ["x@1", "y@*"] });
    for (const [instanceId, handler] of [
      ["i1", "y@*"],
      ["i2", "z@1"],
      ["i3", "x@1"],
      ["i4", "x@2"],
      ["i5", "y@*"],
      ["i6", "y@*"],
    ] as const) {
      await scene.provider.createInstances([newInstance(instanceId, { handler })]);
      scene.clock.advance(1);
    }
    const busy: InstanceRef[] = [];
    for (const expected of ["i1", "i3", "i5", "i6"]) {
      const { instances } = await node.fetch({ limit: 1, busy });
      assert.deepEqual(
        instances.map(({ instanceId }) => instanceId),
        [expected],
      );
      busy.push(...instances.map(({ ref }) => ref));
    }
    assert.deepEqual(await node.fetchIds({ busy }), []);
  });

  check("O3", "a fetched instance comes with all that is known of it", async (scene) => {
    const node = await scene.node();
    const parent = { instanceId: "p", runId: "r", executionId: 2, eventId: 7 };
    const start = newInstance("a", { parent });
    await scene.provider.createInstances([start]);
    const first = found((await node.fetch()).instances[0]);
    assert.deepEqual(first, {
      ref: first.ref,
      instanceId: "a",
      runId: start.runId,
      epoch: 1,
      claims: 1,
      withheld: false,
      executionId: 1,
      lastEventId: 0,
      handler: "order@1",
      parent,
      messages: [{ token: first.messages[0]?.token, lane: "start", body: "start a", payload: "{}" }],
      history: [],
    });
    const turn = turnOf(first, 3, { release: true });
    await node.commitOne(turn);
    await scene.provider.enqueue([message("a", "m1"), message("a", "m2")]);
    await scene.provider.enqueue([message("a", "m3")]);
    const second = found((await node.fetch()).instances[0]);
    assert.deepEqual(second.history, turn.events);
    assert.deepEqual([second.lastEventId, bodies(second)], [3, ["m1", "m2", "m3"]]);
    assert.equal(second.messages[0]?.payload, "payload of m1");
  });

  check("O4", "an owner gets later messages without history, unless the instance is busy", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    await node.commitOne(turnOf(owned, 1));
    assert.deepEqual(await node.fetchIds(), []);
    await scene.provider.enqueue([message("a", "m1")]);
    const busy = await node.fetch({ busy: [owned.ref] });
    assert.deepEqual([busy.instances, busy.busyHasMail], [[], true]);
    const again = found((await node.fetch({ limit: 0 })).instances[0]);
    assert.deepEqual([again.epoch, again.lastEventId, again.history, bodies(again)], [1, 1, null, ["m1"]]);
    committed(
      await node.commitOne(turnAfter(turnOf(owned, 1), 1, { ackedMessages: again.messages.map(({ token }) => token) })),
    );
    assert.equal((await node.fetch({ busy: [owned.ref] })).busyHasMail, false);
  });

  check("O5", "an instance that was released until later is not handed out before", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    await node.commitOne(turnOf(owned, 0, { ackedMessages: [], release: true, availableInMs: 500 }));
    const held = await node.fetch();
    assert.deepEqual([held.instances, held.nextAvailableAt], [[], scene.clock.now + 500]);
    scene.clock.advance(499);
    assert.deepEqual(await node.fetchIds(), []);
    scene.clock.advance(1);
    assert.deepEqual(await node.fetchIds(), ["a"]);
  });

  check("O6", "a message does not shorten the time that an instance is held back", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    await node.commitOne(turnOf(owned, 1, { release: true, availableInMs: 500 }));
    await scene.provider.enqueue([message("a", "m1")]);
    assert.deepEqual(await node.fetchIds(), []);
    scene.clock.advance(500);
    assert.deepEqual(await node.fetchIds(), ["a"]);
  });

  check("O7", "nextAvailableAt is known even when more is due than was asked for", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "held");
    await node.commitOne(turnOf(owned, 1, { release: true, availableInMs: 500 }));
    await scene.provider.enqueue([message("held", "m1")]);
    await scene.start("a", "b", "c");
    const fetched = await node.fetch({ limit: 1 });
    assert.deepEqual([fetched.instances.length, fetched.nextAvailableAt], [1, scene.clock.now + 500]);
  });

  check("O8", "released claims do not count, and only the owner at that epoch can release", async (scene) => {
    const a = await scene.node();
    const b = await scene.node();
    const owned = await scene.claimed(a, "a");
    const claim = { ref: owned.ref, epoch: owned.epoch };
    await scene.provider.releaseInstances(b.nodeId, [claim]);
    await scene.provider.releaseInstances(a.nodeId, [{ ...claim, epoch: 99 }]);
    assert.deepEqual(await b.fetchIds(), []);
    await scene.provider.releaseInstances(a.nodeId, [claim]);
    await scene.provider.releaseInstances(a.nodeId, [claim]);
    const again = found((await b.fetch()).instances[0]);
    assert.deepEqual([again.epoch, again.claims], [2, 1]);
  });

  check("O9", "a node can give up all that it owns except what it knows of", async (scene) => {
    const a = await scene.node();
    const b = await scene.node();
    await scene.start("a", "b", "c");
    const fetched = await a.fetch();
    const kept = found(fetched.instances[1]);
    await scene.provider.releaseAllExcept(a.nodeId, { instances: [kept.ref], work: [] });
    assert.deepEqual(await b.fetchIds(), ["a", "c"]);
    assert.equal((await a.commitOne(turnOf(kept, 1))).status, "committed");
  });

  check("O10", "every claim raises the epoch, also after a release and a takeover", async (scene) => {
    const epochs: number[] = [];
    await scene.start("a");
    for (const end of ["release", "close", "expire", "none"]) {
      const node = await scene.node({ leaseMs: 1_000 });
      const owned = found((await node.fetch()).instances[0]);
      epochs.push(owned.epoch);
      if (end === "release") await scene.provider.releaseInstances(node.nodeId, [owned]);
      if (end === "close") await scene.provider.closeLease(node.nodeId);
      if (end === "expire") scene.clock.advance(1_000);
    }
    assert.deepEqual(epochs, [1, 2, 3, 4]);
  });

  check("O11", "an instance without messages is handed to nobody", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    committed(await node.commitOne(turnOf(owned, 1, { release: true })));
    assert.deepEqual(await node.fetchIds(), []);
    await scene.provider.enqueue([message("a", "m1")]);
    assert.deepEqual(await node.fetchIds(), ["a"]);
  });

  check("O12", "a fetch takes no more than it asks for, and with a limit of 0 nothing new", async (scene) => {
    const [a, b] = [await scene.node(), await scene.node()];
    await scene.start("i1", "i2", "i3");
    assert.deepEqual(await a.fetchIds({ limit: 0 }), []);
    assert.deepEqual(await a.fetchIds({ limit: 2 }), ["i1", "i2"]);
    assert.deepEqual(await b.fetchIds(), ["i3"]);
  });

  check("O13", "a turn may change which handler an instance needs", async (scene) => {
    const old = await scene.node();
    const young = await scene.node({ handlers: ["order@2"] });
    const owned = await scene.claimed(old, "a");
    const projection = { status: null, version: "2", handler: "order@2", customStatus: null };
    committed(await old.commitOne(turnOf(owned, 1, { release: true, projection })));
    await scene.provider.enqueue([message("a", "m1")]);
    assert.deepEqual([await old.fetchIds(), await young.fetchIds()], [[], ["a"]]);
  });

  check("O14", "a released turn is no longer its node's: the answer has no messages", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    await scene.provider.enqueue([message("a", "m1")]);
    const turn = turnOf(owned, 1, { release: true });
    assert.deepEqual(committed(await node.commitOne(turn)).messages, []);
    assert.equal((await node.commitOne(turnAfter(turn, 1))).status, "fenced");
    assert.deepEqual(bodies((await node.fetch()).instances[0]), ["m1"]);
  });

  check("O15", "nextAvailableAt is the earliest of all that the node can run", async (scene) => {
    const node = await scene.node({ handlers: ["order@1", "order@2"] });
    const ids = ["i1", "i2", "i3"];
    await scene.provider.createInstances(
      ids.map((id, index) => newInstance(id, { handler: `order@${1 + (index % 2)}` })),
    );
    const delays = [900, 300, 600];
    const turns = (await node.fetch()).instances.map((owned, index) =>
      turnOf(owned, 0, { ackedMessages: [], release: true, availableInMs: found(delays[index]) }),
    );
    await node.commit(turns);
    const { instances, nextAvailableAt } = await node.fetch();
    assert.deepEqual([instances, nextAvailableAt], [[], scene.clock.now + 300]);
  });

  check("O16", "a fraction of a millisecond is not a reason to hand an instance out early", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    await node.commitOne(turnOf(owned, 0, { ackedMessages: [], release: true, availableInMs: 0.5 }));
    assert.deepEqual(await node.fetchIds(), []);
    scene.clock.advance(1);
    assert.deepEqual(await node.fetchIds(), ["a"]);
  });
});
