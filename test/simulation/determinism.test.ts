import assert from "node:assert/strict";
import { test } from "node:test";
import { runScenario } from "./run-scenario.ts";
import { makeScenario } from "./scenario.ts";

for (const seed of ["a", "b"]) {
  test(`seed ${seed} says everything that happens in its world`, async () => {
    const whole = makeScenario(seed);
    const scenario = { ...whole, roots: whole.roots.slice(0, 10) };
    const first = await runScenario(scenario);
    const second = await runScenario(scenario);
    assert.ok(first.turns > 50);
    assert.equal(second.trace, first.trace);
  });
}
