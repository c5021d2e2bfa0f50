import assert from "node:assert/strict";
import { test } from "node:test";
import { eventShapes } from "../../src/history/shapes.ts";
import { runCampaigns } from "./shared-campaign.ts";

const fixedSeed = 1;
const turnsEach = 100_000;

test("whatever goes wrong in a world, what comes of it is right", { timeout: 300_000 }, async (t) => {
  // Worlds that are the same in every run, and worlds that nobody has seen before.
  const newSeed = 1_000_000 + Math.floor(Math.random() * 1_000_000_000);
  t.diagnostic(`new worlds: npm run sim -- --turns ${turnsEach} --first-seed ${newSeed}`);
  const report = await runCampaigns([fixedSeed, newSeed].map((firstSeed) => ({ turns: turnsEach, firstSeed })));
  for (const line of report.coverage.lines()) t.diagnostic(line);
  t.diagnostic(`${report.worlds} worlds, ${report.turns} turns in ${Math.round(report.ms)} ms`);
  assert.deepEqual(report.failed, []);
  assert.ok(report.turns >= 200_000);
  const unmet = kinds.filter((kind) => !report.coverage.counts.has(kind));
  assert.deepEqual(unmet, [], "nothing of this has come up in all of these worlds");
});

/** What no campaign may do without. */
const kinds = [
  ...[
    "crash",
    "crash at a call",
    "freeze",
    "cut off",
    "stop",
    "store down",
    "clock forward",
    "clock back",
    "clock fast or slow",
    "call failBefore",
    "call failAfter",
    "call silent",
    "call duplicate",
    "call slow",
    "hint lost",
    "hint spurious",
  ].map((kind) => `fault: ${kind}`),
  ...[
    "abortedAfter",
    "activity",
    "activity, beating",
    "activity, broken",
    "activity, elsewhere",
    "activity, flaky",
    "activity, slow",
    "all",
    "allSettled",
    "any",
    "caught",
    "child",
    "child, abandon",
    "child, cancel",
    "child, of one version",
    "child, terminate",
    "continues as another version",
    "continues as new",
    "detached",
    "event",
    "floating",
    "hops",
    "patched",
    "race",
    "random",
    "receive",
    "sequence",
    "sleep",
    "state",
    "status",
    "time limit",
  ].map((kind) => `shape: ${kind}`),
  ...["send", "raise", "cancel", "terminate", "delete", "start again"].map((kind) => `act: ${kind}`),
  ...[...eventShapes.keys()].map((kind) => `event: ${String(kind)}`),
  ...["complete", "retry", "abandon"].map((kind) => `result ${kind}`),
  "turn fenced",
  "result fenced",
  "turn sent again after it was committed",
  ...["completed", "failed", "cancelled", "terminated", "deleted"].map((kind) => `outcome: ${kind}`),
  ...["memory", "sqlite"].map((kind) => `turns: ${kind} store`),
];
