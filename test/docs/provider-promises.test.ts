import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { providerChecks } from "../../src/providers/conformance/index.ts";

const page = "docs/extend/writing-a-provider.md";

test(`${page} names the promises that the conformance suite checks, and no others`, () => {
  const named = [...readFileSync(page, "utf8").matchAll(/^\| ([A-Z]+\d+) +\|/gm)].map(([, number]) => number);
  const checked = new Set(providerChecks.map(({ id }) => id.replace(/[a-z]$/, "")));
  assert.deepEqual(named, [...checked]);
});
