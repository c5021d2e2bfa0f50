import assert from "node:assert/strict";
import { test } from "node:test";
import { describeEvent } from "../../src/replay/index.ts";
import { eventSamples } from "../history/wire-samples.ts";
import { proseLines } from "./markdown.ts";

test("the reference of events has every kind, with what `perdure history` says it is about", () => {
  const documented = proseLines("docs/reference/events.md")
    .join("\n")
    .split(/^### /m)
    .slice(1)
    .map((section) => /^(\w+)\n\n`(.*)`\n/.exec(section)?.slice(1));
  const inCode = Object.entries(eventSamples).map(([kind, { value }]) => [kind, describeEvent(value)]);
  assert.deepEqual(Object.fromEntries(documented as [string, string][]), Object.fromEntries(inCode));
});
