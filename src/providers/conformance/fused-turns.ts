import assert from "node:assert/strict";
import type { TurnCommit, TurnOutcome, WorkFence } from "../contract.ts";
import { section } from "./check.ts";
import {
  committed,
  ended,
  eventsAfter,
  fenceOf,
  found,
  fusedTurn,
  idsOf,
  message,
  newInstance,
  type Scene,
  type TestNode,
  timer,
  turnAfter,
  turnOf,
  workItem,
} from "./scene.ts";

/** What most commits of a node with little to do consist of, so that a provider may have a shorter way for it. */
export const fusedTurns = section("turns", (check) => {
  for (const [id, what, broken] of [
    ["T12a", "another owner", { stranger: true }],
    ["T12b", "another epoch", { epoch: 7 }],
    ["T12c", "another execution", { executionId: 2 }],
    ["T12d", "another last event", { lastEventId: 4, events: eventsAfter(4, 2) }],
    ["T12e", "another instance", { ref: 99_999 }],
    ["T12f", "another delivery of its work", { ackedWork: [{ id: "w1", delivery: 2 }] }],
    ["T12g", "an instance that was given back", { givenBack: true }],
  ] as const) {
    check(id, `a fused turn with ${what}, alone in its commit, is fenced, and leaves nothing`, async (scene) => {
      const node = await scene.node();
      const { fused, fence } = await fusedTurn(scene, node);
      const { stranger, givenBack, ...changed } = { stranger: false, givenBack: false, ...broken };
      const sender = stranger ? await scene.node() : node;
      // All but the instance is the stranger's.
      const ended = stranger ? await handedOver(node, sender, fence) : fence;
      if (givenBack) await scene.provider.releaseInstances(node.nodeId, [fused]);
      const turn = { ...fused, ackedWork: [ended], ...changed };
      const result = await sender.commit([turn], { claimWork: sender.slots(10) });
      assert.deepEqual([result.turns, result.work], [[{ status: "fenced" }], []]);
      assert.deepEqual(await scene.provider.readHistory("a"), eventsAfter(0, 1));
      assert.deepEqual((await node.fetchWork()).items, []);
      assert.deepEqual(await scene.provider.findLostWork(sender.nodeId, [ended]), [], "the item that ended is lost");
      if (givenBack) return;
      const ackedWork = stranger ? [] : [fence];
      committed(await node.commitOne({ ...fused, ackedWork, turnId: "as if it had never been sent" }));
    });
  }

  check(
    "T13",
    "a fused turn, alone in its commit, ends its item, hands out the next and brings the mail",
    async (scene) => {
      const node = await scene.node();
      const { fused, fence } = await fusedTurn(scene, node);
      await scene.provider.enqueue([message("a", "m1"), message("a", "m2")]);
      const answer = await node.commit([fused], { claimWork: node.slots(10), messageLimit: 1 });
      assert.deepEqual(
        committed(answer.turns[0]).messages.map(({ body }) => body),
        ["m1"],
      );
      const { startBy: _startBy, ...next } = workItem("w2");
      const first = { delivery: 1, failures: 0, lost: 0, heartbeat: null, note: null, scheduledAt: scene.clock.now };
      const { instance: _instance, ...given } = found(answer.work[0]);
      assert.deepEqual([given, answer.work.length], [{ ...next, ...first, instanceId: "a" }, 1]);
      assert.deepEqual(await scene.provider.readHistory("a"), eventsAfter(0, 3));
      const lost = await node.lostOf([fence, { id: "w2", delivery: 1 }]);
      assert.deepEqual(lost, [{ id: fence.id, delivery: fence.delivery }]);
      committed(await node.commitOne(turnAfter(fused, 0, { ackedWork: [{ id: "w2", delivery: 1 }] })));
      assert.deepEqual(await scene.provider.readHistory("a"), eventsAfter(0, 3));
    },
  );

  check("T14", "a fused turn, alone in its commit, is something that a claim has recorded", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const first = turnOf(owned, 1, { work: [workItem("w1")], release: true });
    const { work } = await node.commit([first], { claimWork: node.slots(1) });
    await scene.provider.enqueue([message("a", "m1")]);
    const again = found((await node.fetch()).instances[0]);
    const fused = turnAfter(first, 1, { epoch: again.epoch, ackedWork: work.map(fenceOf), release: false });
    committed(await node.commitOne(fused));
    committed(await node.commitOne(turnAfter(fused, 0, { release: true })));
    assert.equal((await node.fetch()).instances[0]?.claims, 1);
  });

  check("T15", "a fused turn, alone in its commit, with a gap in its event ids is refused", async (scene) => {
    const node = await scene.node();
    const { fused } = await fusedTurn(scene, node);
    const [refused] = (await node.commit([{ ...fused, events: eventsAfter(2, 2) }])).turns;
    assert.ok(refused?.status === "fenced" && refused.refused);
    committed(await node.commitOne(fused));
  });

  for (const [id, part, { rest, look, expected }] of [
    ["T16a", "timers", { rest: { timers: [timer(8, 0)] }, look: firedTimers, expected: 2 }],
    ["T16b", "starts", { rest: { starts: [newInstance("child")] }, look: statusOfChild, expected: "pending" }],
    ["T16c", "messages", { rest: { messages: [message("a", "own")] }, look: mail, expected: ["m1", "own"] }],
    [
      "T16d",
      "state",
      { rest: { state: [{ key: "k", payload: "1" }] }, look: state, expected: [{ key: "k", payload: "1" }] },
    ],
    ["T16e", "cancelled work", { rest: { cancelledWork: ["w9"] }, look: queued, expected: [] }],
    ["T16f", "cancelled timers", { rest: { cancelledTimers: [7] }, look: firedTimers, expected: 0 }],
    ["T16g", "projection", { rest: { projection: ended("failed").projection }, look: status, expected: ["failed", 1] }],
    ["T16h", "next execution", { rest: { nextExecutionId: 2 }, look: status, expected: ["pending", 2] }],
    ["T16i", "close", { rest: { closes: true }, look: queued, expected: [] }],
    ["T16j", "release", { rest: { release: true }, look: othersClaim, expected: ["a"] }],
    ["T16k", "acked messages", { rest: { ackedMessages: [] }, look: mail, expected: [] }],
    [
      "T16l",
      "further work",
      {
        rest: { work: ["w2", "w3"].map((name) => workItem(name)) },
        look: ({ claimed }) => claimed,
        expected: ["w2", "w3"],
      },
    ],
    [
      "T16m",
      "session of its work",
      { rest: { work: [workItem("w2", { session: "s" })] }, look: ({ claimed }) => claimed, expected: [] },
    ],
  ] satisfies [string, string, Effect][]) {
    check(id, `of a fused turn, alone in its commit, the ${part} count, too`, async (scene) => {
      const node = await scene.node();
      const owned = await scene.claimed(node, "a");
      const first = turnOf(owned, 1, { work: [workItem("w1"), workItem("w9")], timers: [timer(7, 0)] });
      const { work } = await node.commit([first], { claimWork: node.slots(1) });
      await scene.provider.enqueue([message("a", "m1")]);
      const waiting = found((await node.fetch()).instances[0]).messages;
      const ackedMessages = part === "acked messages" ? waiting.map(({ token }) => token) : [];
      const turn = turnAfter(first, 1, { ackedWork: work.map(fenceOf), ...rest, ackedMessages });
      const { turns, work: claimed } = await node.commit([turn], { claimWork: node.slots(9) });
      assert.deepEqual(
        await look({ scene, node, outcome: found(turns[0]), claimed: idsOf({ items: claimed }) }),
        expected,
      );
    });
  }
});

/** The next delivery of the item, to another node. */
async function handedOver(from: TestNode, to: TestNode, fence: WorkFence): Promise<WorkFence> {
  await from.commit([], { results: [{ ...fence, kind: "abandon" }] });
  return fenceOf(found((await to.fetchWork()).items[0]));
}

interface Effect {
  readonly rest: Partial<TurnCommit>;
  readonly look: (after: After) => unknown;
  readonly expected: unknown;
}

interface After {
  readonly scene: Scene;
  readonly node: TestNode;
  readonly outcome: TurnOutcome;
  /** The work that came with the answer. */
  readonly claimed: readonly string[];
}

async function firedTimers({ scene }: After): Promise<number> {
  return (await scene.provider.fireTimers({ partitions: [0], limit: 9 })).fired;
}

async function statusOfChild({ scene }: After) {
  return (await scene.provider.readInstance("child"))?.status;
}

function mail({ outcome }: After): string[] {
  return committed(outcome).messages.map(({ body }) => body);
}

function state({ scene }: After) {
  return scene.provider.readState("a");
}

function queued({ node }: After) {
  return node.fetchWorkIds();
}

async function status({ scene }: After) {
  const { status: shown, executionId } = found(await scene.provider.readInstance("a"));
  return [shown, executionId];
}

async function othersClaim({ scene }: After) {
  return (await scene.node()).fetchIds();
}
