import assert from "node:assert/strict";
import { test } from "node:test";
import { describeFailure, runCampaign } from "./campaign.ts";
import { runScenario } from "./run-scenario.ts";
import { makeScenario } from "./scenario.ts";

test("a seed says everything that happens in its world", async () => {
  for (const seed of ["a", "b"]) {
    const first = await runScenario(makeScenario(seed));
    const second = await runScenario(makeScenario(seed));
    assert.ok(first.turns > 50);
    assert.equal(second.trace, first.trace);
  }
});

test("whatever goes wrong in a world, what comes of it is right", async (t) => {
  const report = await runCampaign({ turns: 10_000, firstSeed: 1 });
  assert.deepEqual(report.failed.map(describeFailure), []);
  for (const line of report.coverage.lines()) t.diagnostic(line);
});
