import assert from "node:assert/strict";
import type { InstanceDump } from "../contract.ts";
import { section } from "./check.ts";
import {
  bodies,
  committed,
  fenceOf,
  found,
  message,
  newInstance,
  type Scene,
  timer,
  turnAfter,
  turnOf,
  workItem,
} from "./scene.ts";

export const transfer = section("transfer", (check) => {
  check("Y1", "a dump holds everything of an instance, and restoring it gives the same again", async (scene) => {
    const dump = await populated(scene);
    assert.deepEqual(
      dump.executions.map(({ executionId, events }) => [executionId, events.length]),
      [
        [1, 2],
        [2, 3],
      ],
    );
    assert.deepEqual(
      dump.messages.map(({ lane, body }) => [lane, body]),
      [
        ["ending", "end"],
        ["normal", "m1"],
        ["normal", "m2"],
      ],
    );
    assert.deepEqual(
      dump.work.map(({ id, delivery, failures, lost, note }) => [id, delivery, failures, lost, note]),
      [
        ["w1", 1, 1, 0, "why"],
        ["w2", 1, 0, 1, null],
        ["w3", 0, 0, 0, null],
      ],
    );
    assert.equal(dump.work[0]?.visibleAt, start + 5_000);
    assert.equal(dump.work[1]?.heartbeat, "beat");
    assert.equal(dump.work[2]?.startBy, start + 90_000);
    assert.equal(dump.mailboxRoom, 7);
    assert.deepEqual(
      dump.messages.map(({ isInbound }) => isInbound),
      [undefined, undefined, true],
    );
    assert.deepEqual(dump.timers, [{ ...timer(1, start + 60_000), executionId: 2 }]);
    assert.deepEqual(dump.state, [{ key: "k", payload: "1" }]);
    assert.equal(dump.record.customStatus, "busy");
    assert.equal(dump.record.createdAt, start);
    assert.equal(dump.record.quarantine, "bad");

    const { provider } = scene;
    const [counts, executions] = [await provider.transfer.count(), await provider.listExecutions("a")];
    assert.equal(await provider.transfer.discard([dump.record]), 1);
    assert.equal(await provider.transfer.dumpOne("a"), null);
    assert.deepEqual(await provider.transfer.restore([dump]), ["restored"]);
    assert.deepEqual(await provider.transfer.dumpOne("a"), dump);
    assert.deepEqual(await provider.transfer.count(), counts);
    assert.deepEqual(await provider.listExecutions("a"), executions);
  });

  check(
    "Y2",
    "what was restored is handed out as if it had always been there, and fires and runs no earlier",
    async (scene) => {
      const dump = await populated(scene);
      await scene.provider.transfer.discard([dump.record]);
      await scene.provider.transfer.restore([{ ...dump, record: { ...dump.record, quarantine: null } }]);
      const node = await scene.node({ leaseMs: 600_000 });
      const owned = found((await node.fetch()).instances[0]);
      assert.deepEqual(bodies(owned), ["end", "m1", "m2"]);
      assert.deepEqual([owned.executionId, owned.lastEventId, owned.history?.length], [2, 3, 3]);
      assert.equal(owned.claims, dump.claims + 1);
      const ids = async () => (await node.fetchWork()).items.map(({ id, failures, lost }) => [id, failures, lost]);
      assert.deepEqual(await ids(), [
        ["w2", 0, 1],
        ["w3", 0, 0],
      ]);
      scene.clock.now = start + 5_000;
      assert.deepEqual(await ids(), [["w1", 1, 0]]);
      const fire = () => scene.provider.fireTimers({ partitions: [0], limit: 9 });
      assert.equal((await fire()).nextDueAt, start + 60_000);
      scene.clock.now = start + 60_000;
      assert.equal((await fire()).fired, 1);
      committed(await node.commitOne(turnOf(owned, 1)));
      assert.deepEqual(
        (await scene.provider.readHistory("a"))?.map(({ eventId }) => eventId),
        [1, 2, 3, 4],
      );
    },
  );

  check("Y3", "restoring twice changes nothing, and neither does another run under the same id", async (scene) => {
    const dump = await populated(scene);
    const { transfer } = scene.provider;
    const foreign = { ...dump, record: { ...dump.record, runId: "another" } };
    const fresh = { ...dump, record: { ...dump.record, instanceId: "b" }, work: [] };
    const counts = await transfer.count();
    assert.deepEqual(await transfer.restore([foreign, dump]), ["taken", "present"]);
    assert.deepEqual(await transfer.count(), counts);
    assert.deepEqual(await transfer.restore([dump, fresh]), ["present", "restored"]);
    assert.deepEqual(await transfer.restore([]), []);
    assert.deepEqual(await transfer.dumpOne("a"), dump);
    assert.equal(await transfer.discard([foreign.record]), 0);
  });

  check(
    "Y4",
    "pages hold all instances once, in the order of their creation, within the limits of a page",
    async (scene) => {
      const ids = ["z", "y", "x", "w", "v"];
      await scene.start(...ids);
      const node = await scene.node();
      for (const instance of (await node.fetch()).instances) await node.commitOne(turnOf(instance, 4));
      for (const limits of [
        { limit: 2, maxBytes: 1_000_000 },
        { limit: 100, maxBytes: 1 },
        { limit: 100, maxBytes: 60 },
      ]) {
        const seen: string[][] = [];
        let cursor: string | null = null;
        do {
          const page = await scene.provider.transfer.dump({ cursor, ...limits });
          seen.push(page.dumps.map(({ record }) => record.instanceId));
          ({ cursor } = page);
        } while (cursor !== null);
        assert.deepEqual(seen.flat(), ids);
        const largest = Math.max(...seen.map((page) => page.length));
        assert.equal(largest, limits.maxBytes === 1 ? 1 : 2, `instances of 40 to 60 bytes, at most ${limits.maxBytes}`);
      }
      assert.equal(await scene.provider.transfer.dumpOne("unknown"), null);
      await assert.rejects(scene.provider.transfer.dump({ cursor: "x", limit: 1, maxBytes: 1 }), {
        code: "INVALID_ARGUMENT",
      });
    },
  );

  check(
    "Y5",
    "a store with a live node is not sealed; one whose nodes have died is, and their work counts as lost",
    async (scene) => {
      const node = await scene.node();
      const owned = await scene.claimed(node, "a");
      await node.commit([turnOf(owned, 1, { work: [workItem("w1")] })], { claimWork: node.slots(1) });
      const { transfer } = scene.provider;
      assert.deepEqual(await transfer.seal(seal), { status: "busy", nodeIds: [node.nodeId] });
      assert.equal(await transfer.readSeal(), null);
      scene.clock.advance(15_001);
      assert.deepEqual(await transfer.seal(seal), { status: "sealed" });
      assert.deepEqual(await transfer.readSeal(), seal);
      const [work] = found(await transfer.dumpOne("a")).work;
      assert.deepEqual([work?.lost, work?.delivery], [1, 1]);
    },
  );

  check(
    "Y6",
    "on a sealed store no node runs and nothing changes, but for what is restored or discarded",
    async (scene) => {
      const dump = await populated(scene);
      const { provider } = scene;
      await provider.transfer.discard([dump.record]);
      scene.clock.advance(15_001);
      const node = await scene.node();
      const turn = turnOf(await scene.claimed(node, "b"), 1);
      await provider.closeLease(node.nodeId);
      await provider.transfer.seal(seal);
      const moved = { name: "StoreMovedError", code: "STORE_MOVED" };
      await assert.rejects(node.openLease(), moved);
      await assert.rejects(scene.start("c"), moved);
      await assert.rejects(provider.enqueue([message("b", "late")]), moved);
      const { runId } = found(await provider.readInstance("b"));
      await assert.rejects(provider.deleteInstance({ instanceId: "b", runId, force: true, notify: null }), moved);
      assert.equal((await node.commitOne(turn)).status, "fenced");
      const another = await scene.openAnother();
      if (another !== null) await assert.rejects(another.enqueue([message("b", "late")]), moved);
      assert.equal((await provider.listInstances(all)).instances.length, 1, "it can still be read");

      assert.deepEqual(await provider.transfer.restore([dump]), ["restored"]);
      await assert.rejects(provider.enqueue([message("a", "late")]), moved);
      assert.equal(await provider.transfer.discard([dump.record]), 1);
      await assert.rejects(provider.enqueue([message("b", "late")]), moved);
      const counts = { instances: 1, events: 0, messages: 1, workItems: 0, timers: 0, stateKeys: 0 };
      assert.deepEqual(await provider.transfer.count(), counts);

      assert.equal(await provider.transfer.unseal("another move"), false);
      await assert.rejects(node.openLease(), moved);
      assert.equal(await provider.transfer.unseal(seal.moveId), true);
      assert.equal(await provider.transfer.readSeal(), null);
      await node.openLease();
      assert.deepEqual(await node.fetchIds(), ["b"]);
    },
  );

  check("Y7", "a seal is changed by its own move only", async (scene) => {
    const { transfer } = scene.provider;
    await transfer.seal(seal);
    const foreign = { state: "receiving", moveId: "other", note: "" } as const;
    assert.deepEqual(await transfer.seal(foreign), { status: "taken", seal });
    const later = { ...seal, state: "moved", note: "done" } as const;
    assert.deepEqual(await transfer.seal(later), { status: "sealed" });
    assert.equal(await transfer.unseal("other"), false);
    assert.deepEqual(await transfer.readSeal(), later);
  });
});

const start = 1_700_000_000_000;

const seal = { state: "moving", moveId: "move 1", note: "a note" } as const;

const all = { statuses: null, name: null, quarantined: null, limit: 9, cursor: null };

/** An instance that has something of everything, owned by a node that has died. */
async function populated(scene: Scene): Promise<InstanceDump> {
  const node = await scene.node({ leaseMs: 1_000 });
  const parent = { instanceId: "p", runId: "r", executionId: 3, eventId: 7 };
  await scene.provider.createInstances([newInstance("a", { parent })]);
  const owned = found((await node.fetch()).instances[0]);
  const first = turnOf(owned, 2, { nextExecutionId: 2 });
  committed(await node.commitOne(first));
  const second = {
    ...turnAfter({ ...first, lastEventId: 0, events: [] }, 3),
    executionId: 2,
    nextExecutionId: null,
    work: [workItem("w1"), workItem("w2"), workItem("w3", { startBy: start + 90_000 })],
    timers: [timer(1, start + 60_000)],
    state: [{ key: "k", payload: "1" }],
    projection: { status: "running", version: "1", handler: "order@1", customStatus: "busy" },
    mailboxRoom: 7,
  } as const;
  const { work } = await node.commit([second], { claimWork: node.slots(2) });
  const [retried, beating] = work.map(fenceOf);
  await node.commit([], { results: [{ ...found(retried), kind: "retry", delayMs: 5_000, note: "why" }] });
  await scene.provider.heartbeatWork(node.nodeId, found(beating), "beat");
  await scene.provider.enqueue([
    message("a", "m1"),
    { ...message("a", "m2"), inbound: { most: 1, takesRoom: true } },
    message("a", "end", "ending"),
  ]);
  committed(await node.commitOne(turnAfter(second, 0, { release: true, quarantine: "bad" })));
  scene.clock.advance(1_001);
  await scene.node();
  return found(await scene.provider.transfer.dumpOne("a"));
}
