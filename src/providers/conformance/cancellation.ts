import assert from "node:assert/strict";
import { section } from "./check.ts";
import { committed, fenceOf, found, message, timer, turnAfter, turnOf, workItem } from "./scene.ts";

export const cancellation = section("cancellation", (check) => {
  check("K1", "what a turn cancels is gone, and only in its own instance", async (scene) => {
    const node = await scene.node();
    await scene.start("i1", "i2");
    const turns = (await node.fetch()).instances.map((instance) =>
      turnOf(instance, 1, {
        work: [workItem(`w of ${instance.instanceId}`)],
        timers: [timer(1, scene.clock.now, { body: `t of ${instance.instanceId}` })],
      }),
    );
    await node.commit(turns);
    const cancels = { cancelledWork: ["w of i1", "w of i2"], cancelledTimers: [1] };
    committed(await node.commitOne(turnAfter(found(turns[0]), 1, cancels)));
    assert.deepEqual(await node.fetchWorkIds(), ["w of i2"]);
    await scene.provider.fireTimers({ partitions: [0], limit: 10 });
    assert.deepEqual(
      (await node.fetch()).instances.map(({ messages }) => messages.map(({ body }) => body)),
      [["t of i2"]],
    );
  });

  check("K2", "work that was cancelled while it ran completes nothing", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const turn = turnOf(owned, 1, { work: [workItem("w1")] });
    const { work } = await node.commit([turn], { claimWork: node.slots(1) });
    const fence = fenceOf(found(work[0]));
    committed(await node.commitOne(turnAfter(turn, 1, { cancelledWork: ["w1"] })));
    const results = [{ ...fence, kind: "complete", message: message("a", "done") } as const];
    assert.deepEqual((await node.commit([], { results })).results, ["fenced"]);
    assert.equal(await scene.provider.heartbeatWork(node.nodeId, fence, "50 %"), false);
    assert.deepEqual(await node.fetchIds(), []);
  });

  check("K3", "work that was cancelled while it waited for its retry does not come back", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const turn = turnOf(owned, 1, { work: [workItem("w1")] });
    const { work } = await node.commit([turn], { claimWork: node.slots(1) });
    const retry = { ...fenceOf(found(work[0])), kind: "retry", delayMs: 100, note: null } as const;
    await node.commit([turnAfter(turn, 1)], { results: [retry] });
    committed(await node.commitOne(turnAfter(turnAfter(turn, 1), 1, { cancelledWork: ["w1"] })));
    scene.clock.advance(100);
    const { items, nextVisibleAt } = await node.fetchWork();
    assert.deepEqual([items, nextVisibleAt], [[], null]);
  });

  check("K4", "cancelling what is not there is no error", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const turn = turnOf(owned, 1, { cancelledWork: ["none"], cancelledTimers: [7] });
    assert.equal((await node.commitOne(turn)).status, "committed");
  });

  check("K5", "a timer that fired before it was cancelled leaves its message", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const turn = turnOf(owned, 1, { timers: [timer(1, scene.clock.now)] });
    committed(await node.commitOne(turn));
    assert.equal((await scene.provider.fireTimers({ partitions: [0], limit: 9 })).fired, 1);
    const answer = committed(await node.commitOne(turnAfter(turn, 1, { cancelledTimers: [1] })));
    assert.deepEqual(
      answer.messages.map(({ body }) => body),
      ["timer 1"],
    );
  });

  check("K6", "a turn cancels what it names, and nothing else of its instance", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const { now } = scene.clock;
    const turn = turnOf(owned, 1, {
      work: [workItem("w1"), workItem("w2")],
      timers: [timer(1, now), timer(2, now)],
    });
    committed(await node.commitOne(turn));
    committed(await node.commitOne(turnAfter(turn, 1, { cancelledWork: ["w1"], cancelledTimers: [1] })));
    assert.deepEqual(await node.fetchWorkIds(), ["w2"]);
    await scene.provider.fireTimers({ partitions: [0], limit: 9 });
    assert.deepEqual(
      found((await node.fetch()).instances[0]).messages.map(({ body }) => body),
      ["timer 2"],
    );
  });
});
