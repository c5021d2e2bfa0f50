import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";

const page = "docs/design/invariants.md";

interface NamedTest {
  readonly file: string;
  readonly name: string;
}

/** Of rows such as "| [`x.test.ts`](../../test/x.test.ts) | its name |". */
function namedIn(text: string): NamedTest[] {
  return [...text.matchAll(/^\| \[`[^`]+`\]\(([^)]+)\) \| (.+) \|$/gm)].map(([, target = "", name = ""]) => ({
    file: normalize(join(dirname(page), target)),
    name: name.trim(),
  }));
}

const missing = (tests: readonly NamedTest[]) => tests.filter((one) => !existsSync(one.file) || !isIn(one));

/** As it stands, or as the beginning of a name that is made for each of several cases. */
function isIn({ file, name }: NamedTest): boolean {
  const text = readFileSync(file, "utf8");
  return text.includes(`"${name}"`) || text.includes(`\`${name}`);
}

test(`every test that ${page} names exists`, () => {
  assert.deepEqual(missing(namedIn(readFileSync(page, "utf8"))), []);
});

test(`${page} has every invariant, each with tests`, () => {
  const sections = readFileSync(page, "utf8").split(/^## /m).slice(1);
  assert.deepEqual(
    sections.map((section) => Number.parseInt(section, 10)),
    Array.from({ length: sections.length }, (_, index) => index + 1),
  );
  assert.equal(sections.length, 13);
  for (const section of sections) assert.ok(namedIn(section).length >= 2, section.split("\n")[0]);
});

test("a test that does not exist is found", () => {
  const file = "test/replay/ordering.test.ts";
  const nowhere = { file: "test/nowhere.test.ts", name: "all, race, any and allSettled nest" };
  const renamed = { file, name: "all, race and any nest" };
  assert.deepEqual(missing([{ file, name: "all, race, any and allSettled nest" }, nowhere, renamed]), [
    nowhere,
    renamed,
  ]);
});
