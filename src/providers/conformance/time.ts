import assert from "node:assert/strict";
import { section } from "./check.ts";
import {} from "./scene.ts";

export const time = section("time", (check) => {
  check("N1", "the store's clock never goes back", async (scene) => {
    const node = await scene.node();
    const before = scene.provider.now();
    scene.clock.advance(-60_000);
    assert.ok(scene.provider.now() >= before);
    assert.ok((await node.renewLease()).storeNow >= before);
  });
});
