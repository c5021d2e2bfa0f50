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
