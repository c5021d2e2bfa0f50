import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { checkProvider, providerChecks } from "../../src/providers/conformance/index.ts";

const page = "docs/extend/writing-a-provider.md";

test(`${page} names the promises that the conformance suite checks, and no others`, () => {
  const named = [...readFileSync(page, "utf8").matchAll(/^\| ([A-Z]+\d+) +\|/gm)].map(([, number]) => number);
  const checked = new Set(providerChecks.map(({ id }) => id.replace(/[a-z]$/, "")));
  assert.deepEqual(named, [...checked]);
});

test(`${page} names the sections of the suite, in its order, and no others are taken`, () => {
  const [, list] = /by these names: ([^.]+)\./.exec(readFileSync(page, "utf8")) ?? [];
  const sections = [...(list ?? "").matchAll(/`(\w+)`/g)].map(([, name]) => name as string);
  assert.deepEqual(sections, [...new Set(providerChecks.map(({ section }) => section))]);
  const chosen: string[] = [];
  const choose = (names: readonly string[]) =>
    checkProvider(() => assert.fail(), { test: (name) => chosen.push(name), sections: names });
  choose(["time"]);
  assert.deepEqual(
    chosen.map((name) => name.split(" ")[0]),
    ["N1", "N2", "N3"],
  );
  assert.throws(() => choose(["time", "Leases"]), {
    code: "INVALID_ARGUMENT",
    message: /no section "Leases".*leases, ownership/,
  });
});
