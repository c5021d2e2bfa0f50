import assert from "node:assert/strict";
import { section } from "./check.ts";
import { committed, found, message, turnOf } from "./scene.ts";

export const texts = section("texts", (check) => {
  check("B1", "a message larger than a page, and odd characters, come back as they were", async (scene) => {
    const node = await scene.node();
    const text = `${"x".repeat(100_000)} ' " \\ ; -- é 漢字 🙂 '); DROP TABLE perdure_instances; --`;
    const id = "a'); --";
    await scene.start(id);
    await scene.provider.enqueue([{ ...message(id, text), payload: text }]);
    const owned = found((await node.fetch()).instances[0]);
    assert.deepEqual([owned.messages[1]?.body, owned.messages[1]?.payload], [text, text]);
    const events = [{ eventId: 1, at: 5, body: text, payload: text }];
    committed(await node.commitOne(turnOf(owned, 0, { events })));
    assert.deepEqual(await scene.provider.readHistory(id), events);
  });
});
