import { Coverage } from "./coverage.ts";
import { type RunReport, runScenario } from "./run-scenario.ts";
import { makeScenario } from "./scenario.ts";

export interface CampaignOptions {
  readonly turns: number;
  readonly firstSeed: number;
  /** From one seed to the next: so that several processes share them out. */
  readonly stride?: number;
  /** No further world is begun after so long. */
  readonly longestMs?: number;
  readonly onReport?: (report: RunReport) => void;
}

export interface CampaignReport {
  readonly worlds: number;
  readonly turns: number;
  readonly steps: number;
  readonly virtualMs: number;
  readonly ms: number;
  readonly failed: readonly RunReport[];
  readonly coverage: Coverage;
}

/** Runs worlds of one seed after the other, until so many turns were committed in them. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignReport> {
  const { firstSeed, stride = 1, longestMs = Infinity } = options;
  const startedAt = performance.now();
  const coverage = new Coverage();
  const failed: RunReport[] = [];
  let [worlds, turns, steps, virtualMs] = [0, 0, 0, 0];
  while (turns < options.turns && performance.now() - startedAt < longestMs) {
    const report = await runScenario(makeScenario(String(firstSeed + worlds * stride)));
    worlds += 1;
    turns += report.turns;
    steps += report.steps;
    virtualMs += report.virtualMs;
    coverage.add(report.coverage);
    if (report.violations.length > 0) failed.push(report);
    options.onReport?.(report);
  }
  return { worlds, turns, steps, virtualMs, ms: performance.now() - startedAt, failed, coverage };
}

/** What was wrong in a world, and how to see it again. */
export function describeFailure({ seed, violations }: RunReport): string {
  const lines = violations.slice(0, 5).map(({ rule, what, atMs }) => `  ${rule}, at ${atMs.toFixed(1)} ms: ${what}`);
  return `Seed ${seed}:\n${lines.join("\n")}\n  To repeat: npm run sim -- --seed ${seed}`;
}
