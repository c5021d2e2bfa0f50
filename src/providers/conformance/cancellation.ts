import assert from "node:assert/strict";
import { section } from "./check.ts";
import { committed, found, timer, turnAfter, turnOf, workItem } from "./scene.ts";

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
    assert.deepEqual(
      (await node.fetchWork()).items.map(({ id }) => id),
      ["w of i2"],
    );
    await scene.provider.fireTimers({ partitions: [0], limit: 10 });
    assert.deepEqual(
      (await node.fetch()).instances.map(({ messages }) => messages.map(({ body }) => body)),
      [["t of i2"]],
    );
  });
});
