import assert from "node:assert/strict";
import type { TurnCommit } from "../contract.ts";
import { section } from "./check.ts";
import {
  bodies,
  committed,
  ended,
  found,
  message,
  type Scene,
  type TestNode,
  timer,
  turnAfter,
  turnOf,
  workItem,
} from "./scene.ts";

type Act = (acting: {
  readonly scene: Scene;
  readonly node: TestNode;
  /** The last turn of the instance to which something happens. */
  readonly turn: TurnCommit;
}) => Promise<unknown>;

const statuses = ["completed", "failed", "cancelled", "terminated"] as const;

const acts: readonly (readonly [id: string, what: string, act: Act])[] = [
  [
    "I1",
    "the end of an instance",
    async ({ node, turn }) => committed(await node.commitOne(turnAfter(turn, 1, ended("completed")))),
  ],
  [
    "I2",
    "a continuation as new",
    async ({ node, turn }) => committed(await node.commitOne(turnAfter(turn, 1, { closes: true, nextExecutionId: 2 }))),
  ],
  [
    "I3",
    "the deletion of an instance",
    async ({ scene }) => {
      const { runId } = found(await scene.provider.readInstance("a"));
      const deletion = { instanceId: "a", runId, force: true, notify: null };
      assert.equal((await scene.provider.deleteInstance(deletion)).status, "deleted");
    },
  ],
  [
    "I4",
    "retention",
    async ({ scene, node, turn }) => {
      committed(await node.commitOne(turnAfter(turn, 1, ended("completed"))));
      scene.clock.advance(1);
      const request = { statuses, endedBefore: scene.clock.now, limit: 9 };
      assert.deepEqual(await scene.provider.pruneInstances(request), ["a"]);
    },
  ],
  [
    "I5",
    "the removal of old executions",
    async ({ scene, node, turn }) => {
      committed(await node.commitOne(turnAfter(turn, 1, { closes: true, nextExecutionId: 2 })));
      assert.equal(await scene.provider.pruneExecutions({ instanceId: "a", keep: 1 }), 1);
    },
  ],
  [
    "I6",
    "a change of state",
    async ({ node, turn }) => {
      const state = [
        { key: "removed", payload: null },
        { key: "changed", payload: "2" },
      ];
      committed(await node.commitOne(turnAfter(turn, 1, { state })));
    },
  ],
  [
    "I7",
    "a projection",
    async ({ node, turn }) => {
      const projection = { status: null, version: "2", handler: "order@2", customStatus: '"there"' };
      committed(await node.commitOne(turnAfter(turn, 1, { projection })));
    },
  ],
  [
    "I8",
    "a quarantine",
    async ({ node, turn }) => committed(await node.commitOne(turnAfter(turn, 0, { release: true, quarantine: "why" }))),
  ],
];

export const isolation = section("isolation", (check) => {
  for (const [id, what, act] of acts) {
    check(id, `${what} leaves all of another instance as it is`, async (scene) => {
      const node = await scene.node({ leaseMs: 600_000 });
      const others = await withSomethingOfEveryKind(scene, node, "b");
      committed(await node.commitOne(turnAfter(others, 0, { release: true })));
      const turn = await withSomethingOfEveryKind(scene, node, "a");
      await scene.provider.enqueue([message("a", "for a"), message("b", "for b")]);
      const before = await readAll(scene, "b");
      await act({ scene, node, turn });
      assert.deepEqual(await readAll(scene, "b"), before);
      const other = found((await node.fetch()).instances.find(({ instanceId }) => instanceId === "b"));
      assert.deepEqual([other.lastEventId, bodies(other)], [2, ["for b"]]);
      const { items } = await node.fetchWork();
      assert.ok(items.some((item) => item.id === "work of b"));
      scene.clock.advance(1_000);
      await scene.provider.fireTimers({ partitions: [0], limit: 9 });
      const again = (await node.fetch()).instances.find(({ instanceId }) => instanceId === "b");
      assert.deepEqual(bodies(again), ["for b", "timer of b"]);
    });
  }

  check("I9", "an ending message opens its own instance, and no other", async (scene) => {
    const node = await scene.node();
    const foreign = await scene.node({ handlers: [] });
    await scene.start("a", "b", "c");
    const turns = (await node.fetch()).instances.map((owned) =>
      turnOf(owned, 0, {
        ackedMessages: [],
        release: true,
        quarantine: owned.instanceId === "c" ? "why" : null,
      }),
    );
    await node.commit(turns);
    await scene.provider.enqueue([message("a", "end it", "ending")]);
    assert.deepEqual(await foreign.fetchIds(), ["a"]);
    await scene.provider.releaseAllExcept(foreign.nodeId, { instances: [], work: [] });
    assert.deepEqual((await node.fetchIds()).toSorted(), ["a", "b"]);
  });
});

async function withSomethingOfEveryKind(scene: Scene, node: TestNode, instanceId: string): Promise<TurnCommit> {
  const owned = await scene.claimed(node, instanceId);
  const turn = turnOf(owned, 2, {
    work: [workItem(`work of ${instanceId}`)],
    timers: [timer(1, scene.clock.now + 1_000, { body: `timer of ${instanceId}` })],
    state: [
      { key: "changed", payload: "1" },
      { key: "removed", payload: "1" },
    ],
    projection: { status: "running", version: null, handler: null, customStatus: '"here"' },
  });
  committed(await node.commitOne(turn));
  return turn;
}

async function readAll({ provider }: Scene, instanceId: string) {
  return {
    instance: await provider.readInstance(instanceId),
    history: await provider.readHistory(instanceId),
    executions: await provider.listExecutions(instanceId),
    state: await provider.readState(instanceId),
  };
}
