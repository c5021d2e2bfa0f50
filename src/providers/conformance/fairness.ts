import assert from "node:assert/strict";
import { section } from "./check.ts";
import { found, message, turnOf } from "./scene.ts";

export const fairness = section("fairness", (check) => {
  check("F1", "a released instance goes to the back of the line", async (scene) => {
    const node = await scene.node();
    await scene.start("long");
    await scene.provider.enqueue([message("long", "m1"), message("long", "m2")]);
    const owned = found((await node.fetch({ limit: 1, messageLimit: 1 })).instances[0]);
    scene.clock.advance(1);
    await scene.start("short");
    scene.clock.advance(1);
    await node.commitOne(turnOf(owned, 1, { release: true }));
    assert.deepEqual(await node.fetchIds(), ["short", "long"]);
  });
});
