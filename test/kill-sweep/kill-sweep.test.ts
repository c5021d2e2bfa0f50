import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type BrokenName, brokenStores } from "./broken-stores.ts";
import { Victim } from "./run-victim.ts";
import { scenarioNames, type ScenarioName } from "./scenarios/index.ts";
import { sweep } from "./sweep.ts";

// What is there before one call is what was there after the one before it. `npm run kill-sweep` leaves out none.
const stride = 3;

describe("a process that is killed around any call to its store loses nothing and does nothing twice", () => {
  let victim: Victim;
  before(async () => {
    victim = await Victim.build();
  });
  after(() => victim[Symbol.dispose]());

  for (const scenario of scenarioNames) {
    test(`${scenario}, on SQLite`, async () => {
      const { calls, kills, violations } = await sweep({ victim, store: "sqlite", scenario, width: 16, stride });
      assert.deepEqual(violations, []);
      assert.ok(calls > 10 && kills > calls / 2, `${kills} kills around ${calls} calls`);
    });
  }

  for (const [scenario, step] of [
    ["children", 5],
    ["mailbox and continue-as-new", 5],
    ["transactions", 7],
  ] as const) {
    test(`${scenario}, on PostgreSQL`, async () => {
      const { kills, violations } = await sweep({ victim, store: "postgres", scenario, width: 2 * step, stride: step });
      assert.deepEqual(violations, []);
      assert.ok(kills > 5, `${kills} kills`);
    });
  }

  const caught: readonly (readonly [BrokenName, ScenarioName, RegExp])[] = [
    ["commits a turn in two transactions", "chain", /there is no end of steps/],
    ["answers a message before it has stored it", "mailbox and continue-as-new", /there is no end of reader/],
    ["keeps what has been completed in its queue", "chain", /was executed again although its end was stored/],
    ["commits what a transaction wrote apart from its end", "transactions", /has written 4 rows/],
  ];

  test("every way to break a store is tried", () => {
    assert.deepEqual(new Set(caught.map(([name]) => name)), new Set(Object.keys(brokenStores)));
  });

  for (const [broken, scenario, complaint] of caught) {
    test(`a sweep notices a store that ${broken}`, async () => {
      const { violations } = await sweep({
        victim,
        store: "sqlite",
        scenario,
        width: 12,
        stride,
        broken,
        limitMs: 2_000,
      });
      assert.match(violations.join("\n"), complaint);
    });
  }
});
