import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Victim } from "./run-victim.ts";
import { sweepWal } from "./sweep-wal.ts";

describe("a write-ahead log that is cut anywhere loses nothing that was answered before", () => {
  let victim: Victim;
  before(async () => {
    victim = await Victim.build();
  });
  after(() => victim[Symbol.dispose]());

  for (const [scenario, isNew] of [
    ["mailbox and continue-as-new", false],
    ["transactions", false],
    ["chain", true],
  ] as const) {
    test(`${scenario}${isNew ? ", in a database that is new" : ""}`, async () => {
      const { commits, cuts, violations } = await sweepWal({ victim, scenario, every: "commit", isNew });
      assert.deepEqual(violations, []);
      assert.ok(commits > 5 && cuts > 3 * commits, `${cuts} cuts at ${commits} commits`);
    });
  }

  test("it is noticed if a turn is committed in two transactions", async () => {
    const broken = "commits a turn in two transactions";
    const { violations } = await sweepWal({ victim, scenario: "chain", every: "commit", broken, limitMs: 2_000 });
    assert.match(violations.join("\n"), /there is no end of steps/);
  });
});
