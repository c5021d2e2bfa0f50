import assert from "node:assert/strict";
import { section } from "./check.ts";
import { committed, found, message, newInstance, turnOf, workItem } from "./scene.ts";

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

  check("F2", "an instance with a thousand messages keeps no other waiting", async (scene) => {
    const node = await scene.node();
    await scene.start("flooded", "other");
    await scene.provider.enqueue(Array.from({ length: 1_000 }, (_, index) => message("flooded", `m${index}`)));
    assert.deepEqual(await node.fetchIds({ messageLimit: 10 }), ["flooded", "other"]);
  });

  check("F3", "taken one at a time and released, instances come in turn", async (scene) => {
    const node = await scene.node();
    const ids = ["i1", "i2", "i3"];
    await scene.start(...ids);
    for (const id of ids) await scene.provider.enqueue([1, 2, 3].map((number) => message(id, `m${number}`)));
    const seen: string[] = [];
    for (let turn = 0; turn < 9; turn += 1) {
      scene.clock.advance(1);
      const owned = found((await node.fetch({ limit: 1, messageLimit: 1 })).instances[0]);
      seen.push(owned.instanceId);
      await node.commitOne(turnOf(owned, 1, { release: true }));
    }
    assert.deepEqual(seen, [...ids, ...ids, ...ids]);
  });

  check("F4", "what a node cannot run hides nothing that it can", async (scene) => {
    const node = await scene.node();
    const foreign = Array.from({ length: 200 }, (_, index) =>
      newInstance(`f${index}`, { handler: `gone@${index % 3}` }),
    );
    await scene.provider.createInstances(foreign);
    await scene.start("mine");
    assert.deepEqual(await node.fetchIds({ limit: 1 }), ["mine"]);
  });

  check("F5", "work that a node cannot run hides none that it can", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "a");
    const foreign = Array.from({ length: 200 }, (_, index) => workItem(`f${index}`, { name: `gone${index % 3}` }));
    committed(await node.commitOne(turnOf(owned, 1, { work: [...foreign, workItem("mine")] })));
    assert.deepEqual(await node.fetchWorkIds(1), ["mine"]);
  });

  check("F6", "messages to nobody, and to quarantined instances, keep no other waiting", async (scene) => {
    const node = await scene.node();
    const owned = await scene.claimed(node, "bad");
    committed(await node.commitOne(turnOf(owned, 0, { ackedMessages: [], release: true, quarantine: "why" })));
    await scene.provider.enqueue(["nobody", "bad", "bad"].map((id) => message(id, "m")));
    await scene.start("good");
    assert.deepEqual(await node.fetchIds({ limit: 1 }), ["good"]);
  });
});
