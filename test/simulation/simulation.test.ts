import assert from "node:assert/strict";
import { test } from "node:test";
import { shareCampaign } from "./shared-campaign.ts";

test("whatever goes wrong in a world, what comes of it is right", async (t) => {
  // A busy machine gets as far as it can in that time.
  const options = { turns: 200_000, firstSeed: 1, longestMs: 25_000 };
  const report = await shareCampaign(options, 2);
  for (const line of report.coverage.lines()) t.diagnostic(line);
  t.diagnostic(`${report.worlds} worlds, ${report.turns} turns in ${Math.round(report.ms)} ms`);
  assert.deepEqual(report.failed, []);
  assert.ok(report.worlds >= 2 && report.turns > 1_000);
  if (report.worlds < worldsWithAllKinds) return;
  const unmet = kinds.filter((kind) => !report.coverage.counts.has(kind));
  assert.deepEqual(unmet, [], "nothing of this has come up in all of these worlds");
});

const worldsWithAllKinds = 20;

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
