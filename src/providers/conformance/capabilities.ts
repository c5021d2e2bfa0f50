import assert from "node:assert/strict";
import { section } from "./check.ts";
import { committed, ended, fenceOf, found, message, newInstance, type TestNode, turnOf, workItem } from "./scene.ts";

export const capabilities = section("capabilities", (check) => {
  check("C1", "what is needed and nobody has is reported once it was missing for the grace", async (scene) => {
    const node = await scene.node({ leaseMs: 600_000 });
    await scene.provider.createInstances([newInstance("a", { handler: "gone@1" }), newInstance("b")]);
    assert.deepEqual(await scene.provider.findUnservable({ graceMs: 0 }), ["gone@1"]);
    for (let elapsed = 0; elapsed < 60_000; elapsed += 5_000) {
      assert.deepEqual(await scene.provider.findUnservable({ graceMs: 60_000 }), []);
      scene.clock.advance(5_000);
    }
    assert.deepEqual(await scene.provider.findUnservable({ graceMs: 60_000 }), ["gone@1"]);
    assert.deepEqual(await node.fetchIds(), ["b"]);
  });

  check("C2", "time in which no node was live does not count", async (scene) => {
    await scene.provider.createInstances([newInstance("a", { handler: "gone@1" })]);
    await scene.node({ leaseMs: 1_000 });
    assert.deepEqual(await scene.provider.findUnservable({ graceMs: 60_000 }), []);
    scene.clock.advance(24 * 3_600_000);
    assert.deepEqual(await scene.provider.findUnservable({ graceMs: 0 }), [], "nobody is live");
    await scene.node();
    assert.deepEqual(await scene.provider.findUnservable({ graceMs: 60_000 }), []);
    assert.deepEqual(
      await scene.provider.findUnservable({ graceMs: 10_000 }),
      ["gone@1"],
      "of the time since the last call, up to ten seconds count, whoever was live then",
    );
  });

  check("C3a", "a capability that was served again, or needed no longer, begins its grace anew", async (scene) => {
    await scene.node({ leaseMs: 600_000 });
    await scene.provider.createInstances([newInstance("a", { handler: "gone@1" })]);
    const find = () => scene.provider.findUnservable({ graceMs: 10_000 });
    await find();
    scene.clock.advance(9_000);
    await find();
    const brief = await scene.node({ handlers: ["gone@1"], leaseMs: 500 });
    scene.clock.advance(500);
    assert.deepEqual(await find(), []);
    scene.clock.advance(9_000);
    assert.deepEqual(await find(), []);
    const other = await scene.node({ handlers: ["gone@1"] });
    const owned = found((await other.fetch()).instances[0]);
    await find();
    await scene.provider.closeLease(other.nodeId);
    scene.clock.advance(5_000);
    assert.deepEqual(await find(), []);
    assert.equal((await brief.commitOne(turnOf(owned, 1))).status, "fenced");
  });

  check("C3b", "what was needed no longer for a while begins its grace anew", async (scene) => {
    await scene.node({ leaseMs: 600_000 });
    const find = () => scene.provider.findUnservable({ graceMs: 10_000 });
    const start = newInstance("a", { handler: "gone@1" });
    await scene.provider.createInstances([start]);
    await find();
    scene.clock.advance(9_000);
    await find();
    await scene.provider.deleteInstance({ instanceId: "a", runId: start.runId, force: true, notify: null });
    await find();
    await scene.provider.createInstances([newInstance("b", { handler: "gone@1" })]);
    scene.clock.advance(9_000);
    assert.deepEqual(await find(), []);
  });

  check("C4", "an activity that nobody has is named with its queue", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const work = [workItem("w1", { name: "ship", queue: "gpu" }), workItem("w2", { name: "a/b" }), workItem("w3")];
    committed(await node.commitOne(turnOf(owned, 1, { work })));
    const missing = await scene.provider.findUnservable({ graceMs: 0 });
    assert.deepEqual(missing.toSorted(), ["activity:default/a/b", "activity:gpu/ship"]);
  });

  check("C5", "only what is available is needed", async (scene) => {
    const node = await scene.node();
    const rare = await scene.node({ handlers: ["rare@1"] });
    await scene.provider.createInstances(
      ["owned", "held", "quarantined"].map((instanceId) => newInstance(instanceId, { handler: "rare@1" })),
    );
    const [owned, held, quarantined] = (await rare.fetch()).instances;
    await rare.commit([
      turnOf(found(held), 0, { ackedMessages: [], release: true, availableInMs: 9_999 }),
      turnOf(found(quarantined), 0, { ackedMessages: [], release: true, quarantine: "why" }),
    ]);
    const ship = await scene.node({ activities: ["ship"] });
    await rare.commitOne(turnOf(found(owned), 1, { work: [workItem("w1", { name: "ship" })] }));
    const [item] = (await ship.fetchWork()).items;
    const later = { ...fenceOf(found(item)), kind: "retry", delayMs: 100, note: null } as const;
    await ship.commit([], { results: [later] });
    await scene.provider.closeLease(ship.nodeId);
    await rare.provider.renewLease({ ...rare.lease, capabilities: [] });
    assert.deepEqual(await scene.provider.findUnservable({ graceMs: 0 }), []);
    // It is to be ended, which any node can do.
    await scene.provider.enqueue([message("quarantined", "end it", "ending")]);
    assert.deepEqual(await scene.provider.findUnservable({ graceMs: 0 }), []);
    await scene.provider.releaseQuarantine("quarantined");
    assert.deepEqual(await scene.provider.findUnservable({ graceMs: 0 }), []);
    assert.deepEqual(await node.fetchIds(), ["quarantined"]);
  });

  check("C6", "an unservable instance can be taken to be ended, judged inside the claim", async (scene) => {
    const node = await scene.node({ leaseMs: 600_000 });
    const mine = await scene.claimed(node, "mine");
    await scene.provider.createInstances([newInstance("a", { handler: "gone@1" }), newInstance("b")]);
    assert.deepEqual(await node.fetchIds({ unservableForMs: 5_000, busy: [] }), []);
    await scene.provider.findUnservable({ graceMs: 5_000 });
    scene.clock.advance(5_000);
    const late = await scene.node({ handlers: ["gone@1"], leaseMs: 1_000 });
    assert.deepEqual(await node.fetchIds({ unservableForMs: 0 }), [], "served again since it was reported");
    await scene.provider.closeLease(late.nodeId);
    const taken = found((await node.fetch({ unservableForMs: 0 })).instances[0]);
    assert.deepEqual([taken.instanceId, taken.messages.length, taken.history], ["a", 1, []]);
    assert.notEqual(taken.ref, mine.ref);
  });

  check("C7", "unservable work can be taken to be failed, unless it has a time to start by", async (scene) => {
    const node = await scene.node({ leaseMs: 600_000 });
    const owned = await scene.claimed(node, "a");
    const work = [
      workItem("w1", { name: "gone" }),
      workItem("w2", { name: "gone", startBy: scene.clock.now + 60_000 }),
      workItem("w3"),
    ];
    committed(await node.commitOne(turnOf(owned, 1, { work })));
    const expire = async (graceMs: number) => {
      const { items } = await scene.provider.expireWork({ nodeId: node.nodeId, graceMs, limit: 10 });
      return items.map(({ id }) => id);
    };
    await scene.provider.findUnservable({ graceMs: 5_000 });
    assert.deepEqual(await expire(5_000), []);
    scene.clock.advance(5_000);
    assert.deepEqual(await expire(5_000), ["w1"]);
    assert.deepEqual(await expire(0), []);
  });

  for (const [letter, how] of [
    ["a", "leaves"],
    ["b", "dies"],
    ["c", "can no longer run it"],
  ] as const) {
    check(
      `C8${letter}`,
      `an instance at rest misses its handler when the last node that had it ${how}`,
      async (scene) => {
        const keeper = await scene.node({ leaseMs: 600_000 });
        const leave = (node: TestNode) => {
          if (how === "leaves") return scene.provider.closeLease(node.nodeId);
          if (how === "dies") scene.clock.advance(1_000);
          return how === "dies" ? keeper.renewLease() : scene.provider.renewLease({ ...node.lease, capabilities: [] });
        };
        const find = () => scene.provider.findUnservable({ graceMs: 5_000 });
        const rare = () => scene.node({ handlers: ["rare@1"], leaseMs: 1_000 });
        const first = await rare();
        const starts = ["r1", "r2", "bad"].map((id) => newInstance(id, { name: "rare", handler: "rare@1" }));
        await scene.provider.createInstances(starts);
        for (const owned of (await first.fetch()).instances) {
          const quarantine = owned.instanceId === "bad" ? "why" : null;
          committed(await first.commitOne(turnOf(owned, 2, { release: true, quarantine })));
        }
        await leave(first);
        await find();
        scene.clock.advance(4_999);
        assert.deepEqual(await find(), []);
        // Back in time; and when it leaves again, its grace begins anew.
        const second = await rare();
        assert.deepEqual(await find(), []);
        await leave(second);
        await find();
        scene.clock.advance(4_999);
        assert.deepEqual(await find(), []);
        assert.deepEqual(await keeper.fetchIds({ unservableForMs: 60_000 }), []);
        scene.clock.advance(1);
        assert.deepEqual(await find(), ["rare@1"]);
        const [taken] = (await keeper.fetch({ unservableForMs: 5_000, limit: 1 })).instances;
        assert.deepEqual([taken?.instanceId, taken?.messages, taken?.history?.length], ["r1", [], 2]);
        committed(await keeper.commitOne(turnOf(found(taken), 1, ended("cancelled"))));
        assert.deepEqual(await keeper.fetchIds({ unservableForMs: 5_000 }), ["r2"]);
        assert.deepEqual(await find(), []);
      },
    );
  }

  check(
    "C9",
    "what one queue misses is not missing in another, and a retry is not failed before it is due",
    async (scene) => {
      const node = await scene.node({ leaseMs: 600_000 });
      const gpu = await scene.node({ leaseMs: 600_000 });
      await scene.provider.renewLease({ ...gpu.lease, capabilities: ["activity:gpu/charge"] });
      const owned = await scene.claimed(node, "a");
      const work = [workItem("w1"), workItem("w2", { queue: "gpu" }), workItem("w3", { queue: "gpu" })];
      committed(await node.commitOne(turnOf(owned, 1, { work })));
      const [w2] = (await gpu.fetchWork(1, "gpu")).items;
      const retry = { ...fenceOf(found(w2)), kind: "retry", delayMs: 9_000, note: null } as const;
      await gpu.commit([], { results: [retry] });
      await scene.provider.closeLease(gpu.nodeId);
      await scene.provider.findUnservable({ graceMs: 5_000 });
      const expire = async () => {
        const { items } = await scene.provider.expireWork({ nodeId: node.nodeId, graceMs: 5_000, limit: 9 });
        return items.map(({ id }) => id);
      };
      scene.clock.advance(5_000);
      assert.deepEqual(await expire(), ["w3"]);
      scene.clock.advance(4_000);
      await scene.provider.findUnservable({ graceMs: 5_000 });
      scene.clock.advance(5_000);
      assert.deepEqual(await expire(), ["w2"]);
      assert.deepEqual(await node.fetchWorkIds(), ["w1"]);
    },
  );

  check("C10", "of what is at rest only that is ended which misses its handler and is not held back", async (scene) => {
    const keeper = await scene.node({ leaseMs: 600_000, handlers: ["rare@2"] });
    const first = await scene.node({ handlers: ["rare@1", "rare@2"] });
    const start = (id: string, handler: string) => newInstance(id, { name: "rare", handler });
    await scene.provider.createInstances([start("old", "rare@1"), start("held", "rare@1"), start("new", "rare@2")]);
    for (const owned of (await first.fetch()).instances) {
      const availableInMs = owned.instanceId === "held" ? 60_000 : 0;
      committed(await first.commitOne(turnOf(owned, 1, { release: true, availableInMs })));
    }
    await scene.provider.closeLease(first.nodeId);
    await scene.provider.findUnservable({ graceMs: 5_000 });
    scene.clock.advance(5_000);
    await scene.provider.findUnservable({ graceMs: 5_000 });
    assert.deepEqual(await keeper.fetchIds({ unservableForMs: 5_000 }), ["old"]);
  });
});
