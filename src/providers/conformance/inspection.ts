import assert from "node:assert/strict";
import type { ListInstances } from "../contract.ts";
import { section } from "./check.ts";
import { committed, ended, fenceOf, found, message, newInstance, timer, turnOf, workItem } from "./scene.ts";

const everything: ListInstances = { statuses: null, name: null, quarantined: null, limit: 100, cursor: null };

export const inspection = section("inspection", (check) => {
  check(
    "V1",
    "instances are found by version, part of their id and time of creation, alone and together",
    async (scene) => {
      const start = scene.clock.now;
      for (const [index, id] of ["order-1", "order_2", "ORDER-3", "50%-4"].entries()) {
        const version = index % 2 === 0 ? "1" : "2";
        await scene.provider.createInstances([newInstance(id, { version, name: index < 2 ? "x" : "y" })]);
        scene.clock.advance(1_000);
      }
      const find = async (request: Partial<ListInstances>) => {
        const { instances } = await scene.provider.listInstances({ ...everything, ...request });
        const { limit: _, cursor: __, ...filter } = { ...everything, ...request };
        assert.equal(await scene.provider.countInstances(filter), instances.length, "counting agrees with listing");
        return instances.map(({ instanceId }) => instanceId).join(" ");
      };
      assert.equal(await find({ version: "1" }), "ORDER-3 order-1");
      assert.equal(await find({ idContains: "order" }), "order_2 order-1");
      assert.equal(await find({ idContains: "_" }), "order_2", "no wildcard");
      assert.equal(await find({ idContains: "%" }), "50%-4", "no wildcard");
      assert.equal(await find({ idContains: "'; --" }), "");
      assert.equal(await find({ createdFrom: start + 1_000, createdBefore: start + 3_000 }), "ORDER-3 order_2");
      assert.equal(await find({ createdFrom: start + 1_000, version: "2", name: "y", statuses: ["pending"] }), "50%-4");
      assert.equal(await find({ idContains: "r", quarantined: false, version: "2", statuses: ["pending"] }), "order_2");
      assert.equal(await find({ idContains: "r", quarantined: true }), "");
    },
  );

  check("V2", "the load counts what waits, by queue and activity, and says since when", async (scene) => {
    const node = await scene.node({ activities: ["charge", "ship"] });
    const nothing = await scene.provider.readLoad();
    assert.deepEqual(nothing.instances, { ready: 0, oldestReadyAt: null, owned: 0, quarantined: 0 });
    assert.deepEqual([nothing.messages, nothing.work, nothing.timers], [0, [], { waiting: 0, nextDueAt: null }]);
    const owned = await scene.claimed(node, "a");
    const at = scene.clock.now;
    const work = [
      workItem("w1"),
      workItem("w2"),
      workItem("w3"),
      workItem("w4", { name: "ship" }),
      workItem("w5", { queue: "gpu" }),
    ];
    const timers = [timer(1, at + 60_000), timer(2, at + 30_000)];
    committed(await node.commitOne(turnOf(owned, 2, { work, timers })));
    const [first, second] = (await node.fetchWork(2)).items;
    const retry = { kind: "retry", delayMs: 5_000, note: "why" } as const;
    await node.commit([], { results: [{ ...fenceOf(found(first)), ...retry }] });
    assert.equal(second?.id, "w2");
    scene.clock.advance(1_000);
    await scene.start("b", "c");
    await scene.provider.enqueue([message("b", "m")]);
    const { storeNow, instances, messages, work: load, timers: waiting } = await scene.provider.readLoad();
    assert.equal(storeNow, at + 1_000);
    assert.deepEqual(
      { ...instances, oldestReadyAt: null },
      { ready: 2, oldestReadyAt: null, owned: 1, quarantined: 0 },
    );
    assert.ok(instances.oldestReadyAt === null || instances.oldestReadyAt === at + 1_000);
    assert.equal(messages, 3);
    const none = { waiting: 0, delayed: 0, running: 0, retried: 0, oldestVisibleAt: null };
    assert.deepEqual(load, [
      {
        ...none,
        queue: "default",
        name: "charge",
        waiting: 1,
        delayed: 1,
        running: 1,
        retried: 1,
        oldestVisibleAt: at,
      },
      { ...none, queue: "default", name: "ship", waiting: 1, oldestVisibleAt: at },
      { ...none, queue: "gpu", name: "charge", waiting: 1, oldestVisibleAt: at },
    ]);
    assert.deepEqual(waiting, { waiting: 2, nextDueAt: at + 30_000 });
  });

  check("V3", "a quarantined instance is not ready, and one that is to be ended is", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    committed(await node.commitOne(turnOf(owned, 1, { ackedMessages: [], release: true, quarantine: "why" })));
    const load = async () => {
      const { ready, quarantined } = (await scene.provider.readLoad()).instances;
      return { ready, quarantined };
    };
    assert.deepEqual(await load(), { ready: 0, quarantined: 1 });
    await scene.provider.enqueue([message("a", "end", "ending")]);
    assert.deepEqual(await load(), { ready: 1, quarantined: 1 });
  });

  check("V4", "nodes are listed with their lease, what they can run, and what they own", async (scene) => {
    assert.deepEqual((await scene.provider.listNodes()).nodes, []);
    const a = await scene.node({ activities: ["ship", "charge"] });
    const b = await scene.node({ leaseMs: 60_000 });
    const owned = await scene.claimed(a, "a");
    committed(await a.commitOne(turnOf(owned, 1, { work: [workItem("w1"), workItem("w2")] })));
    await b.fetchWork(1);
    const { nodes, storeNow } = await scene.provider.listNodes();
    assert.equal(storeNow, scene.clock.now);
    assert.deepEqual(
      nodes.toSorted((x, y) => x.leaseUntil - y.leaseUntil),
      [
        {
          nodeId: a.nodeId,
          leaseUntil: scene.clock.now + 15_000,
          capabilities: ["activity:default/charge", "activity:default/ship", "order@1"],
          instances: 1,
          work: 0,
        },
        {
          nodeId: b.nodeId,
          leaseUntil: scene.clock.now + 60_000,
          capabilities: ["activity:default/charge", "order@1"],
          instances: 0,
          work: 1,
        },
      ],
    );
  });

  check("V5", "what of an instance stands in the queues is told, up to a limit", async (scene) => {
    const request = { instanceId: "a", limit: 2 };
    assert.equal(await scene.provider.readInstanceQueues(request), null);
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const at = scene.clock.now;
    const work = [workItem("w1"), workItem("w2", { startBy: at + 9 }), workItem("w3")];
    const timers = [timer(3, at + 3), timer(1, at + 1), timer(2, at + 2)];
    committed(await node.commitOne(turnOf(owned, 3, { work, timers })));
    const [item] = (await node.fetchWork(1)).items;
    await scene.provider.heartbeatWork(node.nodeId, fenceOf(found(item)), "beat");
    await node.commit([], { results: [{ ...fenceOf(found(item)), kind: "retry", delayMs: 50, note: "why" }] });
    await scene.provider.enqueue([message("a", "m1"), message("a", "m2"), message("a", "m3")]);
    const idle = { queue: "default", name: "charge", owner: null, lost: 0, scheduledAt: at };
    assert.deepEqual(await scene.provider.readInstanceQueues(request), {
      storeNow: at,
      handler: "order@1",
      owner: node.nodeId,
      claims: 0,
      availableAt: 0,
      messages: 3,
      work: [
        {
          ...idle,
          id: "w1",
          delivery: 1,
          failures: 1,
          visibleAt: at + 50,
          startBy: null,
          heartbeat: "beat",
          note: "why",
        },
        { ...idle, id: "w2", delivery: 0, failures: 0, visibleAt: at, startBy: at + 9, heartbeat: null, note: null },
      ],
      timers: [
        { executionId: 1, eventId: 1, dueAt: at + 1 },
        { executionId: 1, eventId: 2, dueAt: at + 2 },
      ],
    });
  });

  check(
    "V6",
    "traffic is what was started and what ended since an instant, newest first, up to a limit",
    async (scene) => {
      const node = await scene.node();
      const start = scene.clock.now;
      await scene.start("old");
      for (const id of ["a", "b", "c"]) {
        scene.clock.advance(1_000);
        await scene.start(id);
      }
      const parent = { instanceId: "a", runId: "r", executionId: 1, eventId: 3 };
      await scene.provider.createInstances([newInstance("child", { parent })]);
      const owned = (await node.fetch()).instances;
      const by = (id: string) => found(owned.find(({ instanceId }) => instanceId === id));
      await node.commitOne(turnOf(by("old"), 1, ended("completed")));
      scene.clock.advance(1_000);
      await node.commit([turnOf(by("a"), 1, ended("failed")), turnOf(by("child"), 1, ended("completed"))]);
      scene.clock.advance(1_000);
      await node.commitOne(turnOf(by("b"), 1, ended("completed")));
      const traffic = (since: number, limit = 100) => scene.provider.readTraffic({ since, limit });
      const a = { name: "order", status: "failed", createdAt: start + 1_000, endedAt: start + 4_000 };
      const b = { name: "order", status: "completed", createdAt: start + 2_000, endedAt: start + 5_000 };
      const old = { name: "order", status: "completed", createdAt: start, endedAt: start + 3_000 };
      assert.deepEqual(await traffic(start + 1_000), {
        storeNow: scene.clock.now,
        startedAt: [start + 3_000, start + 3_000, start + 2_000, start + 1_000],
        ended: [b, a, old],
        isTruncated: false,
      });
      const { ended: endedLater, startedAt } = await traffic(start + 4_000);
      assert.deepEqual([endedLater, startedAt], [[b, a], []]);
      const { ended: newest, isTruncated } = await traffic(0, 1);
      assert.deepEqual([newest, isTruncated], [[b], true]);
    },
  );
});
