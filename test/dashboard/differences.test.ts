import assert from "node:assert/strict";
import { test } from "node:test";
import { differences } from "../../dashboard/src/attempts/differences.ts";

const marked = (before: string | null, after: string) =>
  differences(before, after)
    .map(({ text, isNew }) => (isNew ? `[${text}]` : text))
    .join("");

test("what a text says and the one before did not is marked, word by word", () => {
  assert.equal(marked(null, "all of it"), "all of it");
  assert.equal(marked("the same", "the same"), "the same");
  assert.equal(marked("timeout after 30 s", "timeout after 45 s"), "timeout after [45] s");
  assert.equal(marked("a b c", "a c"), "a c", "what is left out is not there to be marked");
  assert.equal(marked("503 down", "429 too many"), "[429 too many]");
  assert.equal(marked("", "new"), "[new]");
  assert.equal(marked("ab\ncd", "ab\nce"), "ab\n[ce]");
  assert.equal(marked("größe 1", "größe 2"), "größe [2]");
  const long = "word ".repeat(500);
  assert.equal(marked(long, `${long}!`), `[${long}!]`);
});

test("the pieces are the text, whatever the two are", () => {
  for (const [before, after] of [
    ["a.b.c", "c.b.a"],
    ["😀 one", "two 😀"],
    ["x", ""],
  ] as const) {
    assert.equal(
      differences(before, after)
        .map(({ text }) => text)
        .join(""),
      after,
    );
  }
});
