import { Coverage } from "./coverage.ts";
import { type RunReport, runScenario } from "./run-scenario.ts";
import { makeScenario } from "./scenario.ts";

export interface CampaignOptions {
  readonly turns: number;
  readonly firstSeed: number;
  /** From one seed to the next: so that several processes share them out. */
  readonly stride?: number;
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

/** Runs worlds of one seed after the other, until so many turns were committed in them, or until it is interrupted. */
export async function runCampaign(
  options: CampaignOptions,
  { onReport }: { readonly onReport?: (report: RunReport) => void } = {},
): Promise<CampaignReport> {
  const { firstSeed, stride = 1 } = options;
  const startedAt = performance.now();
  const coverage = new Coverage();
  const failed: RunReport[] = [];
  let [worlds, turns, steps, virtualMs] = [0, 0, 0, 0];
  using interruption = new Interruption();
  using _ = withoutStacks();
  while (turns < options.turns && !interruption.hasCome) {
    const scenario = makeScenario(String(firstSeed + worlds * stride));
    const report = await runScenario(scenario);
    worlds += 1;
    turns += report.turns;
    steps += report.steps;
    virtualMs += report.virtualMs;
    coverage.add(report.coverage);
    coverage.count(`turns: ${scenario.store} store`, report.turns);
    if (report.violations.length > 0) failed.push(report);
    onReport?.(report);
  }
  return { worlds, turns, steps, virtualMs, ms: performance.now() - startedAt, failed, coverage };
}

/** What was wrong in a world, and how to see it again. */
export function describeFailure({ seed, violations }: RunReport): string {
  const lines = violations.slice(0, 5).map(({ rule, what, atMs }) => `  ${rule}, at ${atMs.toFixed(1)} ms: ${what}`);
  return `Seed ${seed}:\n${lines.join("\n")}\n  To repeat, and to make it small: npm run sim -- --seed ${seed} --shrink`;
}

/** SIGINT and SIGTERM end a campaign with its report. */
class Interruption implements Disposable {
  hasCome = false;
  readonly #note = (): void => {
    this.hasCome = true;
  };

  constructor() {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, this.#note);
  }

  [Symbol.dispose](): void {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, this.#note);
  }
}

/** Errors are made all the time in these worlds, and nobody reads where; whoever repeats a seed gets the stacks. */
function withoutStacks(): Disposable {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  return {
    [Symbol.dispose]: () => {
      Error.stackTraceLimit = stackTraceLimit;
    },
  };
}
