import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Battlefield } from "../../chaos/battlefield.ts";
import { faults } from "../../chaos/faults/index.ts";
import { Nemesis } from "../../chaos/nemesis.ts";
import { Random } from "../../chaos/random.ts";

// Takes longer than a test may; `npm run chaos` measures it.
const slow = new Set(["half-open"]);

class AlwaysFirst extends Random {
  override pick<T>(items: readonly T[]): T {
    return items[0] as T;
  }
}

describe("real processes on a real PostgreSQL lose nothing and double nothing", () => {
  let field: Battlefield;

  before(async () => {
    field = await Battlefield.open({ store: "postgres", nodes: 3, leaseMs: 1_000, inFlight: 12, seed: 1 });
    field.driver.start();
  });

  after(() => field[Symbol.asyncDispose]());

  for (const fault of faults.filter(({ kind }) => !slow.has(kind))) {
    test(fault.kind, async () => {
      const { ended } = field.driver;
      await fault.strike(field, new Random(fault.kind));
      await field.until("instances end again", 10_000, () => (field.driver.ended > ended ? true : undefined));
      assert.ok((await field.checkNow()) > 0);
      assert.deepEqual(field.violations, []);
    });
  }

  test("a kill and a deployment at once replace one process each", async () => {
    const both = faults.filter(({ kind }) => ["kill", "deploy"].includes(kind));
    await Promise.all(both.map((fault) => fault.strike(field, new AlwaysFirst("both"))));
    assert.deepEqual(field.fleet.crashes, []);
    assert.equal(field.fleet.running, field.fleet.berths.length);
  });

  test("two at once, and in the end all instances have ended and nothing is left", async () => {
    const nemesis = new Nemesis(
      field,
      faults.filter(({ kind }) => ["kill", "swallowed answers"].includes(kind)),
      "both",
    );
    await nemesis.next();
    const checked = await field.settle(20_000);
    assert.ok(checked >= field.driver.started, `${checked} of ${field.driver.started}`);
    assert.ok(field.ledger.byKey.size > 100);
    assert.deepEqual(field.violations, []);
    const { lines, sample } = await field.fleet.busiestSecond();
    assert.ok(lines < 150, `${lines} lines in a second:\n${sample}`);
  });
});
