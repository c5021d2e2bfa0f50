import assert from "node:assert/strict";
import { test } from "node:test";
import type { InstanceRef } from "../../../src/providers/contract.ts";
import { bodies, committed, found, message, newInstance, type OpenStore, Scene, turnAfter, turnOf } from "./scene.ts";

export function checkOwnership(open: OpenStore): void {
  test("O1 an instance has one owner: nobody else gets it before it is released", async () => {
    await using scene = await Scene.open(open);
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

  test("O2 a node gets only what its handlers can run, and the oldest first", async () => {
    await using scene = await Scene.open(open);
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

  test("O3 a fetched instance comes with its address, its parent, all messages in order and its whole history", async () => {
    await using scene = await Scene.open(open);
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

  test("O4 an owner gets later messages without history, unless the instance is busy", async () => {
    await using scene = await Scene.open(open);
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

  test("O5 messages come in lanes: ending, start, normal; and within a lane in order of arrival", async () => {
    await using scene = await Scene.open(open);
    const node = await scene.node();
    await scene.start("a");
    await scene.provider.enqueue([
      message("a", "n1"),
      message("a", "e1", "ending"),
      message("a", "s1", "start"),
      message("a", "n2"),
      message("a", "e2", "ending"),
    ]);
    const [owned] = (await node.fetch()).instances;
    assert.deepEqual(bodies(owned), ["e1", "e2", "start a", "s1", "n1", "n2"]);
    assert.deepEqual(
      found(owned).messages.map(({ lane }) => lane),
      ["ending", "ending", "start", "start", "normal", "normal"],
    );
  });

  test("O6 no more than messageLimit messages come at once; the rest come with the answer to the commit", async () => {
    await using scene = await Scene.open(open);
    const node = await scene.node();
    await scene.start("a");
    await scene.provider.enqueue([1, 2, 3, 4].map((number) => message("a", `m${number}`)));
    const owned = found((await node.fetch({ messageLimit: 2 })).instances[0]);
    assert.deepEqual(bodies(owned), ["start a", "m1"]);
    const turn = turnOf(owned, 1);
    const answer = committed(await node.commitOne(turn, { messageLimit: 2 }));
    assert.deepEqual(
      answer.messages.map(({ body }) => body),
      ["m2", "m3"],
    );
    const acks = answer.messages.map(({ token }) => token);
    const last = committed(await node.commitOne(turnAfter(turn, 1, { ackedMessages: acks })));
    assert.deepEqual(
      last.messages.map(({ body }) => body),
      ["m4"],
    );
  });

  test("O7 an instance that was released until later is not handed out before, and the fetch says when", async () => {
    await using scene = await Scene.open(open);
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

  test("O8 a message does not shorten the time that an instance is held back", async () => {
    await using scene = await Scene.open(open);
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    await node.commitOne(turnOf(owned, 1, { release: true, availableInMs: 500 }));
    await scene.provider.enqueue([message("a", "m1")]);
    assert.deepEqual(await node.fetchIds(), []);
    scene.clock.advance(500);
    assert.deepEqual(await node.fetchIds(), ["a"]);
  });

  test("O9 nextAvailableAt is known even when more is due than was asked for", async () => {
    await using scene = await Scene.open(open);
    const node = await scene.node();
    const owned = await scene.claimed(node, "held");
    await node.commitOne(turnOf(owned, 1, { release: true, availableInMs: 500 }));
    await scene.provider.enqueue([message("held", "m1")]);
    await scene.start("a", "b", "c");
    const fetched = await node.fetch({ limit: 1 });
    assert.deepEqual([fetched.instances.length, fetched.nextAvailableAt], [1, scene.clock.now + 500]);
  });

  test("O10 released claims do not count, and only the owner at that epoch can release", async () => {
    await using scene = await Scene.open(open);
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

  test("O11 a node can give up all that it owns except what it knows of", async () => {
    await using scene = await Scene.open(open);
    const a = await scene.node();
    const b = await scene.node();
    await scene.start("a", "b", "c");
    const fetched = await a.fetch();
    const kept = found(fetched.instances[1]);
    await scene.provider.releaseAllExcept(a.nodeId, { instances: [kept.ref], work: [] });
    assert.deepEqual(await b.fetchIds(), ["a", "c"]);
    assert.equal((await a.commitOne(turnOf(kept, 1))).status, "committed");
  });

  test("O12 a released instance goes to the back of the line", async () => {
    await using scene = await Scene.open(open);
    const node = await scene.node();
    await scene.start("long");
    await scene.provider.enqueue([message("long", "m1"), message("long", "m2")]);
    const owned = found((await node.fetch({ limit: 1, messageLimit: 1 })).instances[0]);
    scene.clock.advance(1);
    await scene.start("short");
    scene.clock.advance(1);
    await node.commitOne(turnOf(owned, 1, { release: true }));
    assert.deepEqual(await node.fetchIds(), ["short", "long"]);
  });
}
