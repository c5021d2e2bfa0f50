import assert from "node:assert/strict";
import { test } from "node:test";
import { type Check, eventShapes, messageShapes } from "../../src/history/shapes.ts";
import { semantics } from "../../src/replay/index.ts";
import { proseLines } from "./markdown.ts";

const wireForm = proseLines("docs/internals/wire-form.md");
const shown = ([field, { accepts }]: readonly [string, Check]) => (accepts(undefined) ? `${field}?` : field);

/** Of a shape: the names of its fields, the optional ones with a question mark. */
const fieldsIn = (shapes: typeof eventShapes) =>
  Object.fromEntries([...shapes].map(([kind, { checks }]) => [kind, checks.map(shown).toSorted()]));

/** Of rows such as "| `TimerFired` | `scheduledId` |". */
function listedIn(lines: readonly string[]): Record<string, string[]> {
  const rows = lines.flatMap((line) => {
    const [, kind, fields] = /^\| `(\w+)` \| ([^|]*) \|/.exec(line) ?? [];
    return kind === undefined ? [] : [[kind, (fields ?? "").replaceAll("`", "").split(", ").toSorted()] as const];
  });
  return Object.fromEntries(rows);
}

test("the page about the history lists every kind of event with exactly its fields", () => {
  assert.deepEqual(listedIn(proseLines("docs/history.md")), fieldsIn(eventShapes));
});

test("the page about the wire form has every kind of event with exactly its fields and their types", () => {
  const documented: Record<string, Record<string, string>> = {};
  let section: Record<string, string> | undefined;
  for (const line of wireForm) {
    const [, kind] = /^### `(\w+)`$/.exec(line) ?? [];
    const [, field, type] = /^\| `(\w+\??)` \| ([^|]+) \| [^|]*\|$/.exec(line) ?? [];
    if (/^##? /.test(line)) section = undefined;
    else if (kind !== undefined) section = documented[kind] = {};
    else if (section !== undefined && field !== undefined && type !== undefined) section[field] = type;
  }
  const inCode = [...eventShapes].map(([kind, { checks }]) => [
    kind,
    Object.fromEntries(checks.map((one) => [shown(one), one[1].is])),
  ]);
  assert.deepEqual(documented, Object.fromEntries(inCode));
});

test("it says what every type is", () => {
  const from = wireForm.indexOf("## Types of fields");
  const explained = wireForm.slice(from, wireForm.indexOf("## Received events")).join("\n");
  const types = [...eventShapes, ...messageShapes].flatMap(([, { checks }]) => checks.map(([, { is }]) => is));
  const unexplained = [...new Set(types)].filter((type) => !type.startsWith('"') && !explained.includes(type));
  assert.deepEqual(unexplained, []);
});

test("it lists every kind of message with exactly its fields", () => {
  const from = wireForm.indexOf("## Messages");
  const messages = wireForm.slice(from, wireForm.indexOf("## Payloads and failures"));
  assert.deepEqual(listedIn(messages), fieldsIn(messageShapes));
});

test("it says which number the rules have", () => {
  assert.ok(wireForm.join(" ").includes(`\`src/replay/engine.ts\`. It is **${semantics}**.`));
});
