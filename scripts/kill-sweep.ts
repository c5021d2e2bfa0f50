// Kills real processes around every call to a real store, and cuts write-ahead logs at every frame:
// `npm run kill-sweep [-- --store sqlite|postgres] [--scenario NAME] [--call K --when before|after] [--twice]`.
import { parseArgs } from "node:util";
import { Victim } from "../test/kill-sweep/run-victim.ts";
import { type ScenarioName, scenarioNames } from "../test/kill-sweep/scenarios/index.ts";
import { sweep } from "../test/kill-sweep/sweep.ts";
import { sweepWal } from "../test/kill-sweep/sweep-wal.ts";
import { startPostgres } from "../test/support/postgres-server.ts";

const { values } = parseArgs({
  options: {
    store: { type: "string" },
    scenario: { type: "string" },
    call: { type: "string" },
    when: { type: "string", default: "after" },
    /** Also kill the process that goes on. Default: both without and with. */
    twice: { type: "boolean" },
    /** Stores that are cut at one death. Default: each process dies at the very call. */
    width: { type: "string", default: "1" },
    lanes: { type: "string", default: "3" },
  },
});

const startedAt = performance.now();
const chosen = scenarioNames.filter((name) => values.scenario === undefined || values.scenario === name);
const stores = (["sqlite", "postgres"] as const).filter((kind) => values.store === undefined || values.store === kind);
if (chosen.length === 0 || stores.length === 0) throw new Error(`Scenarios: ${scenarioNames.join(", ")}.`);

const ownServer = stores.includes("postgres") && process.env["PERDURE_PG_URL"] === undefined;
const server = ownServer ? await startPostgres() : null;
if (server !== null) process.env["PERDURE_PG_URL"] = server.url;
using victim = await Victim.build();

const total = { points: 0, kills: 0, cuts: 0, violations: 0 };
for (const store of stores) for (const scenario of chosen) await killAt(store, scenario);
if (stores.includes("sqlite") && values.call === undefined) for (const scenario of chosen) await cutLogs(scenario);
await server?.stop();

const { points, kills, cuts, violations } = total;
console.log(
  `${chosen.length} scenarios, ${points} points, ${kills} kills, ${cuts} cut logs, ` +
    `${violations} violations, ${((performance.now() - startedAt) / 1_000).toFixed(0)} s`,
);
if (violations > 0) process.exitCode = 1;

async function killAt(store: "sqlite" | "postgres", scenario: ScenarioName): Promise<void> {
  for (const twice of values.twice === undefined && values.call === undefined
    ? [false, true]
    : [values.twice === true]) {
    const report = await sweep({
      victim,
      store,
      scenario,
      twice,
      width: Number(values.width),
      lanes: Number(values.lanes),
      ...(values.call !== undefined && {
        only: { number: Number(values.call), when: values.when === "before" ? "before" : "after" },
      }),
    });
    const { calls, points: tried } = report;
    console.log(
      `${store}, ${scenario}${twice ? ", twice" : ""}: ${calls} calls, ${tried} points, ${report.kills} kills`,
    );
    total.points += tried;
    total.kills += report.kills;
    tell(report.violations);
  }
}

async function cutLogs(scenario: ScenarioName): Promise<void> {
  for (const isNew of [false, true]) {
    const report = await sweepWal({ victim, scenario, every: "frame", isNew });
    const { frames, commits } = report;
    console.log(`log of ${scenario}${isNew ? ", new" : ""}: ${frames} frames, ${commits} commits, ${report.cuts} cuts`);
    total.cuts += report.cuts;
    tell(report.violations);
  }
}

function tell(found: readonly string[]): void {
  total.violations += found.length;
  for (const violation of found) console.log(`  VIOLATION ${violation}`);
}
