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

test("every code that the library gives to an error is in the reference", () => {
  const text = readFileSync(page, "utf8") + readFileSync("docs/reference/http-api.md", "utf8");
  const codes = globSync("src/**/*.ts").flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/(?:\bcode(?::| \?\?)|new ApiError\(\d+,) "([A-Z_]+)"/g)].map(
      ([, code = ""]) => code,
    ),
  );
  assert.ok(codes.length > 15);
  assert.deepEqual(
    [...new Set(codes)].filter((code) => !text.includes(`\`${code}\``)),
    [],
  );
});

/** The tables stand under a heading for each category, with class and code in the first two columns. */
function documented(): Row[] {
  let category = "";
  return proseLines(page).flatMap((line) => {
    category = /^## (\w+)/.exec(line)?.[1]?.toLowerCase() ?? category;
    const [, name, code] = /^\| `(\w+)` \| `(\w+)` \|/.exec(line) ?? [];
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
