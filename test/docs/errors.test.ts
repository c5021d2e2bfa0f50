import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import * as perdure from "../../src/index.ts";
import { proseLines } from "./markdown.ts";

const page = "docs/reference/errors.md";

interface Row {
  readonly name: string;
  readonly code: string;
  readonly category: string;
}

test("the reference of errors lists every exported class with its code and category, and no other", () => {
  const exported = Object.values(perdure as Record<string, unknown>)
    .filter(isErrorClass)
    .map(({ name, prototype }) => ({ name, ...sample(prototype.constructor) }));
  assert.deepEqual(byName(documented()), byName(exported));
});

test("every code that the library gives to an error has a section, and a test that provokes it, and no other has", () => {
  const given = globSync("src/**/*.ts").flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/(?:\bcode(?::| \?\?)|new ApiError\(\s*\d+,)\s*"([A-Z_]+)"/g)].map(
      ([, code = ""]) => code,
    ),
  );
  const codes = [...new Set(given)].toSorted();
  assert.ok(codes.length > 40, `only ${codes.length} codes were found`);
  assert.deepEqual([...sections().keys()].toSorted(), codes);
  assert.deepEqual(provoked().toSorted(), codes);
});

test("every section of a code says what happened, why, and what to do; or, of an answer, its status", () => {
  const wanted = ["**What happened.**", "**Why.**", "**What to do.**"];
  const poor = [...sections()].filter(
    ([, text]) => !/^\*\*\d{3}\.\*\* .+/.test(text) && !wanted.every((part) => text.includes(part)),
  );
  assert.deepEqual(
    poor.map(([code]) => code),
    [],
  );
});

/** The text under each heading that is a code. */
function sections(): ReadonlyMap<string, string> {
  const parts = readFileSync(page, "utf8").split(/^#{2,3} /m);
  return new Map(
    parts.flatMap((part) => {
      const [, code, text] = /^([A-Z]+(?:_[A-Z]+)*)\n+([\s\S]*)$/.exec(part) ?? [];
      return code === undefined || text === undefined ? [] : [[code, text]];
    }),
  );
}

/** The codes of the tests that lead to one each; what registers them asserts that it is that one. */
function provoked(): string[] {
  return globSync("test/errors/provoked/*.test.ts").flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/^(?:provokes\(|answers\(\d+, |test\()"([A-Z_]+)"/gm)].map(
      ([, code = ""]) => code,
    ),
  );
}

/** The tables stand under a heading for each category, with class and code in the two columns. */
function documented(): Row[] {
  let category = "";
  return proseLines(page).flatMap((line) => {
    category = /^## (\w+)/.exec(line)?.[1]?.toLowerCase() ?? category;
    const [, name, code] = /^\| `(\w+)` \| \[`(\w+)`\]/.exec(line) ?? [];
    return name === undefined || code === undefined ? [] : [{ name, code, category }];
  });
}

type ErrorClass = { readonly name: string; readonly prototype: perdure.PerdureError };

function isErrorClass(value: unknown): value is ErrorClass {
  return typeof value === "function" && value.prototype instanceof perdure.PerdureError;
}

/** One made with arguments that suit all of them. */
function sample(type: unknown): { readonly code: string; readonly category: string } {
  const details = { activity: "a", attempts: 1, eventId: 1, expected: "a", actual: "b" };
  const { code, category } = Reflect.construct(type as new () => perdure.PerdureError, ["a", details]);
  return { code, category };
}

const byName = (rows: readonly Row[]) => rows.toSorted((a, b) => (a.name < b.name ? -1 : 1));
