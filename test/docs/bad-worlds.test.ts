import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

const page = "docs/guides/bad-worlds.md";

test(`${page} names tests that are there`, () => {
  const rows = [...readFileSync(page, "utf8").matchAll(/^\| .* \| `(test\/[^`]+)`: (.+) \|$/gm)];
  assert.ok(rows.length > 15);
  const missing = rows.filter(
    ([, file = "", name = ""]) => !existsSync(file) || !readFileSync(file, "utf8").includes(name),
  );
  assert.deepEqual(
    missing.map(([, file, name]) => `${file}: ${name}`),
    [],
  );
});
