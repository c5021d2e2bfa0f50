import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import assert from "node:assert/strict";
import { join } from "node:path";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { Ledger } from "./ledger.ts";
import { observe, type Observed } from "./observe.ts";
import { runNode } from "./run-node.ts";
import { UserDatabase } from "./user-database.ts";
import { type ScenarioName, scenarios } from "./scenarios/index.ts";

const known = new Map<ScenarioName, Promise<Observed>>();

/** The store after the scenario was run and nothing went wrong. */
export function expectedOf(name: ScenarioName): Promise<Observed> {
  const expected = known.get(name) ?? runWhole(name);
  known.set(name, expected);
  return expected;
}

async function runWhole(name: ScenarioName): Promise<Observed> {
  const folder = mkdtempSync(join(tmpdir(), "perdure-expected-"));
  try {
    const ledger = new Ledger(join(folder, "ledger"));
    const file = join(folder, "store.db");
    const database = new UserDatabase({ kind: "sqlite", file });
    const scenario = scenarios[name](ledger.effect, database);
    await using provider = await SqliteProvider.open(file);
    await runNode({ provider, scenario, ledger, leaseMs: 15_000 });
    const observed = await observe(provider, database);
    assert.deepEqual(observed.faults, []);
    assert.ok([...observed.outcomes.values()].every((outcome) => outcome !== null));
    return observed;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
