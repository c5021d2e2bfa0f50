import assert from "node:assert/strict";
import { test } from "node:test";
import { eventShapes } from "../../src/history/shapes.ts";
import { proseLines } from "./markdown.ts";

test("the page about the history lists every kind of event with exactly its fields", () => {
  const documented = proseLines("docs/history.md").flatMap((line) => {
    const [, kind, fields] = /^\| `(\w+)` \| ([^|]*) \|/.exec(line) ?? [];
    return kind === undefined ? [] : [[kind, (fields ?? "").replaceAll("`", "").split(", ").toSorted()]];
  });
  const inCode = [...eventShapes].map(([kind, { checks }]) => [kind, checks.map(fieldName).toSorted()]);
  assert.deepEqual(Object.fromEntries(documented), Object.fromEntries(inCode));
});

const fieldName = ([field, check]: readonly [string, (value: unknown) => boolean]) =>
  check(undefined) ? `${field}?` : field;
