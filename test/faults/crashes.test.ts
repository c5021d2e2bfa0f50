import assert from "node:assert/strict";
import { test } from "node:test";
import { crash, effects, startNode } from "../support/crash.ts";
import { checkHistories } from "../support/history-checks.ts";
import { inLanes } from "../support/in-lanes.ts";
import { checkScenario, scenario, scenarioEffects, scenarioResult, startScenario } from "../support/scenario.ts";
import { World } from "../support/world.ts";
import { pausing } from "./programs/pausing.ts";

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

// Deaths around calls to the store are in test/kill-sweep.
test("a process that is killed in the middle of an activity has that run again, and nothing else", async () => {
  await inLanes(3, [1, 3, 6, 7], async (dieInActivity) => {
    await crash({ dieInActivity });
  });
});

test("a process that is stopped for longer than its lease commits nothing of it when it goes on", async () => {
  const world = await World.open();
  try {
    const handle = await world.client.start(pausing, 100, { instanceId: "first" });
    await using node = startNode(world, { leaseDuration: 500 });
    await node.printed("attempt 1 begins");
    node.kill("SIGSTOP");
    await using other = startNode(world, { leaseDuration: 5_000 });
    await other.printed("attempt 2 begins");
    assert.equal(await handle.result({ timeout: "10s" }), other.pid);
    const history = await world.client.getHistory("first");

    node.kill("SIGCONT");
    await node.printed("lease lost");
    await node.printed("attempt 1 ends");
    other.kill("SIGKILL");
    await other.ended;
    // Under its new lease the node is as good as any.
    const second = await world.client.start(pausing, 1, { instanceId: "second" });
    assert.equal(await second.result({ timeout: "10s" }), node.pid);
    assert.deepEqual(await world.client.getHistory("first"), history);
    await checkHistories(world.client, "first");
  } finally {
    await world.close();
  }
});

test("processes that share a file never see that it is locked", async () => {
  const world = await World.open();
  try {
    await using first = startNode(world, { leaseDuration: 5_000 });
    await using second = startNode(world, { leaseDuration: 5_000 });
    await Promise.all([first.printed("runs"), second.printed("runs")]);
    const definitions = scenario(() => undefined);
    const ids = upTo(100).map((n) => `p-${n}`);
    const handles = await Promise.all(ids.map((id) => startScenario(world.client, definitions, id)));
    for (const handle of handles) assert.equal(await handle.result({ timeout: "30s" }), scenarioResult);
    for (const id of ids) await checkScenario(world.client, id);
    const noted = effects(world);
    assert.equal(noted.length, new Set(noted.map(({ key }) => key)).size);
    assert.equal(noted.length, ids.length * scenarioEffects);
    for (const { pid } of [first, second]) assert.ok(noted.some((effect) => effect.pid === pid));
    for (const program of [first, second]) {
      program.kill("SIGKILL");
      assert.doesNotMatch((await program.ended).output, /locked|busy/i);
    }
  } finally {
    await world.close();
  }
});
