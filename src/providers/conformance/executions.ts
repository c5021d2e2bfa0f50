import assert from "node:assert/strict";
import { section } from "./check.ts";
import { committed, message, turnOf } from "./scene.ts";

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
});
