// Runs simulated worlds: `npm run sim -- --turns N [--first-seed S] [--workers W]`, or one of them: `--seed S [--shrink]`.
import { fork } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type CampaignReport, describeFailure, runCampaign } from "../test/simulation/campaign.ts";
import { Coverage } from "../test/simulation/coverage.ts";
import { type RunReport, runScenario } from "../test/simulation/run-scenario.ts";
import { type Scenario, makeScenario } from "../test/simulation/scenario.ts";
import { shrink } from "../test/simulation/shrink.ts";

const { values } = parseArgs({
  options: {
    turns: { type: "string", default: "200000" },
    "first-seed": { type: "string", default: "1" },
    stride: { type: "string", default: "1" },
    workers: { type: "string", default: "1" },
    seed: { type: "string" },
    shrink: { type: "boolean", default: false },
    /** A file that `--shrink` has written. */
    scenario: { type: "string" },
  },
});

if (values.seed !== undefined || values.scenario !== undefined) await runOne();
else if (values.workers === "1") await runMany();
else await shareOut(Number(values.workers));

async function runOne(): Promise<void> {
  const { seed, scenario: file } = values;
  const scenario =
    file === undefined ? makeScenario(seed ?? "1") : (JSON.parse(readFileSync(file, "utf8")) as Scenario);
  const report = await runScenario(scenario);
  if (report.violations.length > 0) fail(report);
  console.log(`${report.turns} turns, ${report.steps} steps, trace ${report.trace}`);
  if (report.violations.length === 0 || !values.shrink) return;
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
  const report = await runCampaign({
    turns: Number(values.turns),
    firstSeed: Number(values["first-seed"]),
    stride: Number(values.stride),
    onReport: (one) => {
      worlds += 1;
      const before = turns;
      turns += one.turns;
      if (one.violations.length > 0) fail(one);
      if (Math.floor(turns / 100_000) > Math.floor(before / 100_000)) console.log(`${worlds} worlds, ${turns} turns`);
    },
  });
  if (process.send === undefined) return show(report);
  process.send({ ...report, coverage: [...report.coverage.counts] });
}

async function shareOut(workers: number): Promise<void> {
  const coverage = new Coverage();
  const totals = { worlds: 0, turns: 0, steps: 0, virtualMs: 0, ms: 0, failed: [] as RunReport[] };
  await Promise.all(
    Array.from({ length: workers }, (_, index) => {
      const firstSeed = String(Number(values["first-seed"]) + index);
      const turns = String(Math.ceil(Number(values.turns) / workers));
      const child = fork(import.meta.filename, [
        "--turns",
        turns,
        "--first-seed",
        firstSeed,
        "--stride",
        String(workers),
      ]);
      child.on("message", (sent) => {
        const part = sent as Omit<CampaignReport, "coverage"> & { readonly coverage: [string, number][] };
        for (const key of ["worlds", "turns", "steps", "virtualMs"] as const) totals[key] += part[key];
        totals.ms = Math.max(totals.ms, part.ms);
        totals.failed.push(...part.failed);
        coverage.add(part.coverage);
      });
      return new Promise((resolve) => child.on("exit", resolve));
    }),
  );
  show({ ...totals, coverage });
  if (totals.failed.length > 0) process.exitCode = 1;
}

function fail(report: RunReport): void {
  console.log(describeFailure(report));
  process.exitCode = 1;
}

function show({ worlds, turns, steps, virtualMs, ms, failed, coverage }: CampaignReport): void {
  const cpu = process.cpuUsage();
  for (const line of coverage.lines()) console.log(line);
  console.log(
    `${worlds} worlds, ${turns} turns, ${steps} steps, ${(virtualMs / 3_600_000).toFixed(1)} hours of their time in ` +
      `${(ms / 1_000).toFixed(1)} s (${((cpu.user + cpu.system) / 1e6).toFixed(1)} s of CPU); ${failed.length} failed`,
  );
}
