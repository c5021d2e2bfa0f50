import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

const folder = join(import.meta.dirname, "../../examples/testing");

test("the tests of the example about testing pass, and say what they show", async () => {
  const { PERDURE_LOG: _log, NODE_TEST_CONTEXT: _context, ...env } = process.env;
  const files = globSync(join(folder, "*.test.ts"));
  const program = promisify(execFile);
  const { stdout, stderr } = await program(process.execPath, ["--test", "--test-reporter=tap", ...files], { env });
  assert.equal(stderr, "");
  assert.doesNotMatch(stdout, /^\s*not ok/m);
  assert.deepEqual(
    [...stdout.matchAll(/^\s*ok \d+ - (.*)$/gm)].map(([, name]) => name),
    [
      "an order that nobody pays is given up after thirty days, which pass at once",
      "what cannot be shipped at once is shipped later, from the nearest warehouses",
      "the careless one passes the same test, and every order of answers shows what is wrong with it",
      "the careful one ships the same in every order, with a crash before every step",
      "what runs in production would go on with this code",
      "a change that would break it is noticed before it is deployed",
    ],
  );
});
