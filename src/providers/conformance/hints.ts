import assert from "node:assert/strict";
import { setImmediate, setTimeout } from "node:timers/promises";
import { ClosedError } from "../../errors/index.ts";
import type { Wake, WorkItem, WorkResult } from "../contract.ts";
import { section } from "./check.ts";
import {
  committed,
  ended,
  fenceOf,
  found,
  message,
  newInstance,
  type TestNode,
  timer,
  turnAfter,
  turnOf,
  workItem,
} from "./scene.ts";

export const hints = section("hints", (check) => {
  check("H1", "a hint says what was queued, and comes after the answer", async (scene) => {
    const node = await scene.node();
    const wakes: Wake[] = [];
    const unsubscribe = scene.provider.subscribe((wake) => {
      if (wake.beforeCommit !== true && isOwn(wake)) wakes.push(wake);
    });
    await scene.provider.createInstances([newInstance("a")]);
    assert.deepEqual(wakes, [], "the answer comes first");
    assert.deepEqual(await nextOf(wakes), {
      instances: true,
      work: false,
      timerDueAt: null,
      changed: ["a"],
      ended: [],
    });
    const [owned] = (await node.fetch()).instances;
    const dueAt = scene.clock.now + 500;
    const turn = turnOf(owned as NonNullable<typeof owned>, 1, {
      work: [workItem("w1")],
      timers: [timer(1, dueAt + 5), timer(2, dueAt)],
      projection: { status: "running", version: null, handler: null, customStatus: null },
    });
    committed(await node.commitOne(turn));
    assert.deepEqual(await nextOf(wakes), {
      instances: false,
      work: true,
      timerDueAt: dueAt,
      changed: ["a"],
      ended: [],
    });
    const ackedWork = (await node.fetchWork()).items.map(fenceOf);
    const fused = turnAfter(turn, 1, { ackedWork, work: [workItem("w2")], projection: null });
    committed(await node.commitOne(fused));
    assert.deepEqual(await nextOf(wakes), { instances: false, work: true, timerDueAt: null, changed: [], ended: [] });
    await scene.provider.enqueue([message("a", "m1")]);
    assert.deepEqual(await nextOf(wakes), { instances: true, work: false, timerDueAt: null, changed: [], ended: [] });
    const { runId } = found(owned);
    committed(await node.commitOne(turnAfter(fused, 1, { ...ended("completed"), runId })));
    const last = found(await nextOf(wakes));
    assert.deepEqual([last.changed, last.ended], [["a"], ["a"]]);
    const told = last.ends?.get("a");
    if (told !== undefined) assert.deepEqual(told, await scene.provider.readProgress("a"));
    unsubscribe();
    await scene.start("b");
    await setImmediate();
    await setImmediate();
    assert.deepEqual(wakes, []);
  });

  check("H2", "nobody is woken by what leaves nothing for others to do", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    await setImmediate();
    await setImmediate();
    const wakes: Wake[] = [];
    scene.provider.subscribe((wake) => {
      if (isOwn(wake)) wakes.push(wake);
    });
    const turn = turnOf(owned, 1, { work: [workItem("w1")] });
    await node.commitOne({ ...turn, epoch: 9 });
    await node.commitOne(turn, { claimWork: node.slots(1) });
    const fused = turnAfter(turn, 1, { ackedWork: [{ id: "w1", delivery: 1 }], work: [workItem("w2")] });
    await node.commitOne(fused, { claimWork: node.slots(1) });
    await node.commitOne(turnAfter(fused, 1, { release: true }));
    await node.fetch();
    await scene.provider.readInstance("a");
    await setImmediate();
    await setImmediate();
    assert.deepEqual(wakes, []);
  });

  check(
    "H3",
    "another provider on the same store is woken",
    async (scene) => {
      const other = found(await scene.openAnother());
      const wakes: Wake[] = [];
      other.subscribe((wake) => wakes.push(wake));
      const node = await scene.node();
      const [start] = await scene.start("a");
      // It need not say of what kind the change was, or which instances it was about.
      const until = async (isIt: (wake: Wake) => boolean) => {
        while (!isIt(found(await nextOf(wakes))));
      };
      await until((wake) => wake.instances && wake.changed === null);
      assert.equal((await other.readInstance("a"))?.runId, start?.runId);
      const dueAt = scene.clock.now + 60_000;
      const owned = found((await node.fetch()).instances[0]);
      const turn = turnOf(owned, 1, { timers: [timer(1, dueAt)], work: [workItem("w1")] });
      wakes.length = 0;
      committed(await node.commitOne(turn));
      const tellsOfTimer = ({ timerDueAt, changed }: Wake) => timerDueAt === dueAt || (timerDueAt ?? changed) === null;
      await until((wake) => wake.work && tellsOfTimer(wake));
      wakes.length = 0;
      committed(await node.commitOne(turnAfter(turn, 1, ended("completed"))));
      await until((wake) => wake.ended === null);
    },
    { isForSharedStores: true },
  );

  check("H4", "closing waits for what was asked before, and refuses what is asked after", async (scene) => {
    const { provider } = scene;
    const before = provider.createInstances([newInstance("a")]);
    const closed = provider.close();
    assert.equal((await before)[0]?.created, true);
    await closed;
    await provider.close();
    await assert.rejects(provider.readInstance("a"), ClosedError);
    await assert.rejects(provider.createInstances([newInstance("b")]), ClosedError);
    assert.throws(() => provider.subscribe(() => {}), ClosedError);
  });

  check("H5", "who waits for instances is woken by a release, a fired timer and a lifted quarantine", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const turn = turnOf(owned, 1, { timers: [timer(1, scene.clock.now)] });
    committed(await node.commitOne(turn));
    await setImmediate();
    const wakes: Wake[] = [];
    scene.provider.subscribe((wake) => wakes.push(wake));
    await scene.provider.fireTimers({ partitions: [0], limit: 1 });
    assert.equal((await nextOf(wakes))?.instances, true);
    await scene.provider.releaseInstances(node.nodeId, [owned]);
    assert.equal((await nextOf(wakes))?.instances, true);
    const again = found((await node.fetch()).instances[0]);
    const quarantined = turnOf(again, 0, { ackedMessages: [], release: true, quarantine: "why" });
    committed(await node.commitOne(quarantined));
    await forget(wakes);
    await scene.provider.releaseQuarantine("a");
    assert.equal((await nextOf(wakes))?.instances, true);
  });

  check("H6", "who waits for work is woken by what is retried, handed back and left by a dead node", async (scene) => {
    const node = await scene.node({ leaseMs: 600_000 });
    const owned = await scene.claimed(node, "a");
    committed(await node.commitOne(turnOf(owned, 1, { work: [workItem("w1")] })));
    const wakes: Wake[] = [];
    scene.provider.subscribe((wake) => wakes.push(wake));
    const end = (one: TestNode, result: WorkResult) => one.commit([], { results: [result] });
    for (const giveBack of [
      (one: TestNode, item: WorkItem) => end(one, { ...fenceOf(item), kind: "retry", delayMs: 0, note: null }),
      (one: TestNode, item: WorkItem) => end(one, { ...fenceOf(item), kind: "abandon" }),
      (one: TestNode) => scene.provider.releaseAllExcept(one.nodeId, { instances: [], work: [] }),
      (one: TestNode) => scene.provider.closeLease(one.nodeId),
      async () => {
        scene.clock.advance(1_000);
        await node.renewLease();
      },
    ]) {
      const one = await scene.node({ leaseMs: 1_000 });
      const item = found((await one.fetchWork()).items[0]);
      await forget(wakes);
      await giveBack(one, item);
      while (!found(await nextOf(wakes)).work);
      await scene.provider.closeLease(one.nodeId);
    }
  });

  check("H7", "a turn that gives up what has messages, a quarantine and a deletion are told", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const { runId } = owned;
    const turn = turnOf(owned, 1);
    committed(await node.commitOne(turn));
    await scene.provider.enqueue([message("a", "m1")]);
    const wakes: Wake[] = [];
    scene.provider.subscribe((wake) => wakes.push(wake));
    const told = async (isIt: (wake: Wake) => boolean, act: () => Promise<unknown>) => {
      await forget(wakes);
      await act();
      while (!isIt(found(await nextOf(wakes))));
    };
    await told(
      ({ instances }) => instances,
      () => node.commitOne(turnAfter(turn, 1, { release: true })),
    );
    const again = found((await node.fetch()).instances[0]);
    await told(
      ({ changed }) => changed?.includes("a") === true,
      () => node.commitOne(turnOf(again, 0, { ackedMessages: [], release: true, quarantine: "why" })),
    );
    await told(
      (wake) => wake.ended?.includes("a") === true,
      () => scene.provider.deleteInstance({ instanceId: "a", runId, force: true, notify: null }),
    );
  });
});

/** Whoever begins to hear of other processes may be told to look at what they did before. */
const isOwn = ({ changed }: Wake): boolean => changed !== null;

/** In an embedded store it is there at once; from another process it may have been held back a little. */
const longestWaitMs = 3_000;

/** What was committed before is told of by then. */
async function forget(wakes: Wake[]): Promise<void> {
  await setImmediate();
  await setImmediate();
  wakes.length = 0;
}

async function nextOf(wakes: Wake[]): Promise<Wake | undefined> {
  const startedAt = performance.now();
  while (wakes.length === 0) {
    if (performance.now() - startedAt > longestWaitMs) assert.fail("Nobody was woken.");
    await setTimeout(1);
  }
  return wakes.shift();
}
