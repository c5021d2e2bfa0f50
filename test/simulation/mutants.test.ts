import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { runProgram } from "../support/program.ts";
import { mutants } from "./mutants.ts";

test("every mutant says what it replaces", () => {
  for (const { name, file, find } of mutants) {
    assert.equal(readFileSync(file, "utf8").split(find).length, 2, `${name}: "${find}" in ${file}`);
  }
});

// All of them take minutes: `npm run sim -- --mutants`.
const quick = [
  "retries do not wait",
  "continue-as-new loses the parent",
  "timers fire a little early",
  "a message is acked and not recorded",
  "an ack removes what came meanwhile as well",
];

for (const name of quick) {
  test(`the simulation notices when ${name}`, async () => {
    const { code, output } = await runProgram("test/simulation/programs/mutant.ts", { name, mostWorlds: 20 });
    assert.equal(code, 0, output);
    const { found } = JSON.parse(output) as { readonly found: string | null };
    assert.ok(found !== null);
  });
}

test("a world in which something goes wrong is made small, and can be repeated", async () => {
  const request = { name: "retries do not wait", mostWorlds: 20, shrinkIn: 60 };
  const { code, output } = await runProgram("test/simulation/programs/mutant.ts", request);
  assert.equal(code, 0, output);
  const { found, small } = JSON.parse(output) as { readonly found: string; readonly small: Small };
  const rule = found.slice(0, found.indexOf(":"));
  assert.equal(small.rules[0], rule, "the same goes wrong in the small world, also when it was written down");
  const [[roots = 0, faults = 0] = [], [fewerRoots = 0, fewerFaults = 0] = []] = small.sizes;
  assert.ok(fewerRoots <= 2 && fewerRoots < roots && fewerFaults <= faults, JSON.stringify(small.sizes));
  assert.match(
    small.text,
    new RegExp(`^Seed \\d+:\n  ${rule}, at [^]*\n  To repeat.*: npm run sim -- --seed \\d+ --shrink$`),
  );
});

interface Small {
  /** Of the world and of the small one: roots, faults, nodes. */
  readonly sizes: readonly (readonly number[])[];
  readonly rules: readonly string[];
  readonly text: string;
}
