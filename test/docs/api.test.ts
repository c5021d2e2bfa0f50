import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { inventory } from "../../scripts/api-reference/inventory.ts";
import { apiReference, indexFile, pagesFolder } from "../../scripts/api-reference/reference.ts";
import { documentedNames, undocumented } from "../../scripts/api-reference/undocumented.ts";

test("the reference of the API is what the sources say; `npm run docs:api` writes it", () => {
  const written = [indexFile, ...globSync(`${pagesFolder}/*`)].map((file) => [file, readFileSync(file, "utf8")]);
  assert.deepEqual(Object.fromEntries(written), Object.fromEntries(apiReference()));
});

test("every entry point of the package has a page", () => {
  const { exports } = JSON.parse(readFileSync("package.json", "utf8")) as { exports: Record<string, object> };
  const entries = Object.keys(exports).filter((entry) => entry !== "./package.json");
  const titles = inventory().map(({ page }) => page.title);
  assert.deepEqual(
    entries.map((entry) => entry.replace(".", "perdure")).filter((entry) => !titles.includes(entry)),
    [],
  );
});

test("every exported name and public method has a doc comment, and its first sentence is complete", () => {
  const count = documentedNames().length;
  assert.ok(count > 300, `only ${count} names were found`);
  assert.deepEqual(undocumented(), []);
});
