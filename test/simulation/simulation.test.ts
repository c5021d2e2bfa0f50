import assert from "node:assert/strict";
import { test } from "node:test";
import { runScenario } from "./run-scenario.ts";
import { makeScenario } from "./scenario.ts";
import { shareCampaign } from "./shared-campaign.ts";

test("a seed says everything that happens in its world", async () => {
  for (const seed of ["a", "b"]) {
    const first = await runScenario(makeScenario(seed));
    const second = await runScenario(makeScenario(seed));
    assert.ok(first.turns > 50);
    assert.equal(second.trace, first.trace);
  }
});

test("whatever goes wrong in a world, what comes of it is right", async (t) => {
  // A busy machine gets as far as it can in that time, and at least through the worlds in which everything comes up.
  const options = { turns: 200_000, firstSeed: 1, longestMs: 50_000, leastWorlds: 8 };
  const report = await shareCampaign(options, 2);
  for (const line of report.coverage.lines()) t.diagnostic(line);
  t.diagnostic(`${report.worlds} worlds, ${report.turns} turns in ${Math.round(report.ms)} ms`);
  assert.deepEqual(report.failed, []);
  assert.ok(report.turns > 20_000);
  const unmet = kinds.filter((kind) => !report.coverage.counts.has(kind));
  assert.deepEqual(unmet, [], "nothing of this has come up in all of these worlds");
});

/** What no campaign may do without. */
const kinds = [
  "crash",
  "crash at a call",
  "freeze",
  "cut off",
  "stop",
  "store down",
  "clock forward",
  "clock back",
  "call failBefore",
  "call failAfter",
  "call silent",
  "call duplicate",
  "call slow",
  "hint lost",
  "hint spurious",
].map((kind) => `fault: ${kind}`);
