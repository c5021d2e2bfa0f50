import assert from "node:assert/strict";
import { section } from "./check.ts";
import { committed, eventsAfter, found, message, timer, turnAfter, turnOf, workItem } from "./scene.ts";

export const executions = section("executions", (check) => {
  check("E1", "the next execution begins with an empty history, and the one before stays readable", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const first = turnOf(owned, 2, {
      closes: true,
      nextExecutionId: 2,
      messages: [message("a", "next", "start")],
    });
    const answer = committed(await node.commitOne(first));
    committed(await node.commitOne(first));
    assert.deepEqual(await scene.provider.readHistory("a"), []);
    assert.deepEqual(await scene.provider.readHistory("a", 1), first.events);
    const second = turnOf({ ...owned, executionId: 2, lastEventId: 0, messages: answer.messages }, 1, {
      release: true,
    });
    committed(await node.commitOne(second));
    assert.equal((await scene.provider.readInstance("a"))?.executionId, 2);
    assert.deepEqual(await scene.provider.listExecutions("a"), [
      { executionId: 1, first: first.events[0], last: first.events[1] },
      { executionId: 2, first: second.events[0], last: second.events[0] },
    ]);
    assert.equal(await scene.provider.readHistory("a", 3), null);
  });

  check("E2", "a new owner gets the history of the current execution only", async (scene) => {
    const [a, b] = [await scene.node(), await scene.node()];
    const owned = await scene.claimed(a, "a");
    const first = turnOf(owned, 3, { nextExecutionId: 2 });
    committed(await a.commitOne(first));
    const second = { ...turnAfter(first, 0), executionId: 2, lastEventId: 0, events: eventsAfter(0, 2) };
    committed(await a.commitOne({ ...second, nextExecutionId: null, release: true }));
    await scene.provider.enqueue([message("a", "m1")]);
    const taken = found((await b.fetch()).instances[0]);
    assert.deepEqual([taken.executionId, taken.lastEventId, taken.history], [2, 2, second.events]);
  });

  check("E3", "a turn of an execution that has ended is fenced", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const first = turnOf(owned, 2, { nextExecutionId: 2 });
    committed(await node.commitOne(first));
    assert.equal((await node.commitOne(turnAfter(first, 1, { nextExecutionId: null }))).status, "fenced");
    assert.equal((await scene.provider.readHistory("a", 1))?.length, 2);
    assert.deepEqual(await scene.provider.readHistory("a", 2), []);
  });

  check("E4", "messages that wait when an execution ends are there for the next", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    await scene.provider.enqueue([message("a", "m1"), message("a", "m2")]);
    const turn = turnOf(owned, 1, { closes: true, nextExecutionId: 2, messages: [message("a", "next", "start")] });
    const answer = committed(await node.commitOne(turn));
    assert.deepEqual(
      answer.messages.map(({ body }) => body),
      ["next", "m1", "m2"],
    );
    assert.deepEqual(answer.undelivered, []);
  });

  check("E5", "an execution that closes takes its own work and timers with it", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const turn = turnOf(owned, 1, { work: [workItem("w1"), workItem("w2")], timers: [timer(1, scene.clock.now)] });
    const { work } = await node.commit([turn], { claimWork: node.slots(1) });
    const closing = turnAfter(turn, 1, { closes: true, nextExecutionId: 2 });
    committed(await node.commitOne(closing));
    assert.deepEqual(await node.lostOf(work), [{ id: "w1", delivery: 1 }]);
    assert.deepEqual((await node.fetchWork()).items, []);
    assert.equal((await scene.provider.fireTimers({ partitions: [0], limit: 9 })).fired, 0);
  });

  check("E6", "each execution has event ids, timers and work of its own", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const first = turnOf(owned, 1, { closes: true, nextExecutionId: 2 });
    committed(await node.commitOne(first));
    const second = {
      ...turnAfter(first, 0),
      executionId: 2,
      lastEventId: 0,
      events: eventsAfter(0, 1),
      timers: [timer(1, scene.clock.now)],
      work: [workItem("w1")],
      closes: false,
      nextExecutionId: null,
    };
    committed(await node.commitOne(second));
    assert.equal((await node.fetchWork()).items.length, 1);
    assert.equal((await scene.provider.fireTimers({ partitions: [0], limit: 9 })).fired, 1);
    assert.deepEqual(await scene.provider.readHistory("a", 1), first.events);
    assert.deepEqual(await scene.provider.readHistory("a"), second.events);
  });
});
