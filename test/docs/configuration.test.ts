import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { declarationOf } from "../../scripts/api-reference/declaration.ts";
import { inventory } from "../../scripts/api-reference/inventory.ts";
import { moduleAt } from "../../scripts/api-reference/modules.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { runtimeSettings } from "../../src/runtime/options.ts";
import { parseDuration, type Duration } from "../../src/values/index.ts";
import { proseLines } from "./markdown.ts";

const page = "docs/reference/configuration.md";

interface Option {
  readonly name: string;
  readonly default: string;
}

/** The table of each section that says whose options it lists. */
const tables = new Map<string, readonly Option[]>();
let type: string | undefined;
for (const line of proseLines(page)) {
  if (line.startsWith("#")) type = undefined;
  type = /\[`(\w+)`\]\(api\/\w+\.md#\w+\)\.$/.exec(line)?.[1] ?? type;
  const [, name, given] = /^\| `([\w.]+)` \| ([^|]*) \|/.exec(line) ?? [];
  if (type !== undefined && name !== undefined && given !== undefined) {
    tables.set(type, [...(tables.get(type) ?? []), { name, default: given }]);
  }
}

const declarations = inventory().flatMap(({ groups }) => groups.flatMap((group) => group.declarations));

test("the tables list exactly the options that there are", () => {
  for (const [of, options] of tables) {
    assert.deepEqual(
      options.map(({ name }) => name).toSorted(),
      membersOf(of)
        .map(({ name }) => name)
        .toSorted(),
      of,
    );
  }
});

test("whatever is opened, started or defined with options has a table", () => {
  const types = ["Runtime", "Activity", "Retry", "Orchestration", "Client", "Sqlite", "Postgres", "AesGcm"];
  const others = ["ManagementApi", "Dashboard", "Instrument", "ConsoleLogger"];
  const wanted = ["Limits", ...[...types, ...others].map((name) => `${name}Options`)];
  assert.deepEqual([...tables.keys()].toSorted(), wanted.toSorted());
});

test("a default that the page names is the one that the comment in the source names", () => {
  for (const [of, options] of tables) {
    for (const option of options) {
      const doc = membersOf(of).find(({ name }) => name === option.name)?.doc ?? "";
      const said = /Default:? (`[^`]+`|\d\.\d|[\d,]+(?: MiB)?|true|false)/.exec(doc)?.[1];
      if (said !== undefined) assert.equal(bare(option.default), bare(said), `${of}.${option.name}`);
    }
  }
});

test("the defaults of a runtime are those that the page names", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  const settings = runtimeSettings({ provider });
  const defaults: Readonly<Record<string, unknown>> = {
    "concurrency.orchestrations": settings.maxTurns,
    "concurrency.activities": settings.maxActivities,
    queues: [...settings.queues.keys()].join(", "),
    leaseDuration: settings.leaseMs,
    dehydrateAfter: settings.dehydrateAfterMs,
    maxHydrated: settings.maxHydrated,
    sessionIdle: settings.sessionIdleMs,
    onMissingVersion: settings.onMissingVersion,
    missingVersionGrace: settings.missingVersionGraceMs,
    onNondeterminism: settings.onNondeterminism,
    fuseTurns: settings.fuseTurns,
    ...settings.limits,
  };
  const documented = [...(tables.get("RuntimeOptions") ?? []), ...(tables.get("Limits") ?? [])];
  for (const [name, value] of Object.entries(defaults)) {
    const option = documented.find((one) => one.name === name);
    assert.equal(valueOf(option?.default ?? "not documented"), String(value), name);
  }
});

test("every environment variable is listed, and no other", () => {
  const files = globSync("{src,scripts,test/support,bench,chaos,examples}/**/*.ts");
  const used = files.flatMap((file) => readFileSync(file, "utf8").match(/\bPERDURE_[A-Z_]+\b/g) ?? []);
  const listed = proseLines(page)
    .filter((line) => line.startsWith("| `PERDURE_"))
    .flatMap((line) => (line.split("|")[1] ?? "").match(/PERDURE_[A-Z_]+/g) ?? []);
  assert.deepEqual(listed.toSorted(), [...new Set(used)].toSorted());
});

function membersOf(name: string) {
  const found = declarations.find((one) => one.name === name);
  assert.ok(found, `there is no type ${name}`);
  return declarationOf(moduleAt(found.file), name).members;
}

const bare = (text: string): string => text.replaceAll("`", "").replaceAll('"', "");

function valueOf(given: string): string {
  const text = bare(given);
  const [, mebibytes] = /^(\d+) MiB$/.exec(text) ?? [];
  if (mebibytes !== undefined) return String(Number(mebibytes) * 1024 * 1024);
  if (/^\d+(?:ms|s|m|h|d)$/.test(text)) return String(parseDuration(text as Duration, "default"));
  return text.replace(/^(\d+),(\d{3})$/, "$1$2");
}
