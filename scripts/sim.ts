// Runs simulated worlds: `npm run sim -- --turns N [--first-seed S] [--processes P]`, or one of them: `--seed S
// [--shrink]`; or breaks the product on purpose, in every way that is known, and says how long it takes to be noticed:
// `--mutants`.
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { describeFailure, runCampaign } from "../test/simulation/campaign.ts";
import { type RunReport, runScenario } from "../test/simulation/run-scenario.ts";
import { type Scenario, makeScenario } from "../test/simulation/scenario.ts";
import { mutants } from "../test/simulation/mutants.ts";
import { runProgram } from "../test/support/program.ts";
import { type SharedReport, shareCampaign } from "../test/simulation/shared-campaign.ts";
import { shrink } from "../test/simulation/shrink.ts";

const { values } = parseArgs({
  options: {
    turns: { type: "string", default: "200000" },
    "first-seed": { type: "string", default: "1" },
    processes: { type: "string", default: "1" },
    seed: { type: "string" },
    shrink: { type: "boolean", default: false },
    /** A file that `--shrink` has written. */
    scenario: { type: "string" },
    mutants: { type: "boolean", default: false },
  },
});

if (values.mutants) await tryMutants();
else if (values.seed !== undefined || values.scenario !== undefined) await runOne();
else if (values.processes === "1") await runMany();
else await shareOut(Number(values.processes));

async function runOne(): Promise<void> {
  const { seed, scenario: file } = values;
  const scenario =
    file === undefined ? makeScenario(seed ?? "1") : (JSON.parse(readFileSync(file, "utf8")) as Scenario);
  const report = await runScenario(scenario);
  if (report.violations.length > 0) console.log(describeFailure(report));
  console.log(`${report.turns} turns, ${report.steps} steps, trace ${report.trace}`);
  if (report.violations.length === 0) return;
  process.exitCode = 1;
  if (!values.shrink) return;
  const smallest = await shrink(scenario, { mostWorlds: 500 });
  const path = `scenario-${scenario.seed}.json`;
  writeFileSync(path, JSON.stringify(smallest.scenario, null, 1));
  const { roots, faults, nodes } = smallest.scenario;
  console.log(
    `Shrunk in ${smallest.worlds} worlds to ${roots.length} roots, ${faults.length} faults, ${nodes.length} nodes:`,
  );
  console.log(describeFailure(smallest.report));
  console.log(`  or, as small as it is now: npm run sim -- --scenario ${path}`);
}

async function runMany(): Promise<void> {
  let [turns, worlds] = [0, 0];
  const onReport = (one: RunReport): void => {
    worlds += 1;
    const before = turns;
    turns += one.turns;
    if (one.violations.length > 0) console.log(describeFailure(one));
    if (Math.floor(turns / 100_000) > Math.floor(before / 100_000)) console.log(`${worlds} worlds, ${turns} turns`);
  };
  const options = { turns: Number(values.turns), firstSeed: Number(values["first-seed"]) };
  const report = await runCampaign(options, { onReport });
  show({ ...report, failed: report.failed.map(describeFailure) });
}

async function shareOut(processes: number): Promise<void> {
  const options = { turns: Number(values.turns), firstSeed: Number(values["first-seed"]) };
  const report = await shareCampaign(options, processes);
  for (const failure of report.failed) console.log(failure);
  show(report);
}

async function tryMutants(): Promise<void> {
  for (const { name } of mutants) {
    const { code, output } = await runProgram("test/simulation/programs/mutant.ts", { name, mostWorlds: 100 });
    if (code !== 0) throw new Error(`${name}: ${output}`);
    const { found, worlds, turns, ms } = JSON.parse(output) as Record<"found" | "worlds" | "turns" | "ms", unknown>;
    const rule = typeof found === "string" ? found.slice(0, found.indexOf(":")) : "NOT FOUND";
    console.log(
      `${rule.padEnd(9)} after ${String(worlds)} worlds, ${String(turns)} turns, ${Math.round(Number(ms))} ms: ${name}`,
    );
    if (found === null) process.exitCode = 1;
  }
}

function show({ worlds, turns, steps, virtualMs, ms, failed, coverage }: SharedReport): void {
  for (const line of coverage.lines()) console.log(line);
  console.log(
    `${worlds} worlds, ${turns} turns, ${steps} steps, ${(virtualMs / 3_600_000).toFixed(1)} hours of their time in ` +
      `${(ms / 1_000).toFixed(1)} s; ${failed.length} failed`,
  );
  if (failed.length > 0) process.exitCode = 1;
}
