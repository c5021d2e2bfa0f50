import type { Logger } from "../../src/definition/index.ts";
import { absorbUncaughtErrors, releaseUncaughtErrors } from "../../src/replay/index.ts";
import { ClientScript } from "./client-script.ts";
import { checkFinally } from "./final-checks.ts";
import type { Scenario } from "./scenario.ts";
import { type Violation, World } from "./world.ts";

export interface RunReport {
  readonly seed: string;
  readonly turns: number;
  readonly steps: number;
  readonly virtualMs: number;
  /** Of everything that happened, in order: the same for the same scenario. */
  readonly trace: string;
  readonly violations: readonly Violation[];
  readonly coverage: ReadonlyMap<string, number>;
}

/** After the last fault something has to happen at least this often, by the world's time, until all has ended. */
const longestSilenceMs = 5 * 60_000;
/** And all has to have ended by then. */
const longestRecoveryMs = 4 * 3_600_000;
/** Most of them may be messages from outside: one node with three slots for 300 instances has needed 412,019. */
const mostSteps = 1_000_000;

const nothing = (): void => undefined;
const silent: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing, isLevelEnabled: () => false };

/** Runs a world to its end, or to the first thing that is against the rules. */
export async function runScenario(scenario: Scenario, logger: Logger = silent): Promise<RunReport> {
  const world = await World.open(scenario, logger);
  const { scheduler, violations } = world;
  const unhandled = (error: unknown): void => {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    violations.push({ rule: "unhandled", what, atMs: scheduler.now });
  };
  process.on("unhandledRejection", unhandled);
  absorbUncaughtErrors();
  try {
    const script = new ClientScript(world);
    world.begin();
    script.begin();
    await runToEnd(world, script);
    if (violations.length === 0) await world.stop();
    if (violations.length === 0) {
      await checkFinally(world, script, (rule, what) => violations.push({ rule, what, atMs: scheduler.now }));
    }
  } finally {
    releaseUncaughtErrors();
    process.off("unhandledRejection", unhandled);
  }
  countShapes(world);
  return {
    seed: scenario.seed,
    turns: world.auditor.turns,
    steps: scheduler.steps,
    virtualMs: scheduler.now,
    trace: scheduler.traceHash,
    violations,
    coverage: world.coverage.counts,
  };
}

async function runToEnd(world: World, script: ClientScript): Promise<void> {
  const { scheduler, violations, auditor, scenario } = world;
  const isOver = () => violations.length > 0 || (script.isOver && world.isHealed && world.isFinished);
  const run = (ms: number) => scheduler.run(isOver, { until: scheduler.now + ms, steps: mostSteps - scheduler.steps });
  await run(scenario.healAtMs + 1);
  let turns = -1;
  let silenceMs = 0;
  const recoveryEnds = scheduler.now + longestRecoveryMs;
  while (!isOver()) {
    if (!scenario.isConfluent) void script.pump();
    silenceMs = auditor.turns === turns ? silenceMs + 3_000 : 0;
    turns = auditor.turns;
    await run(3_000);
    const isStuck = silenceMs > longestSilenceMs || scheduler.now > recoveryEnds || scheduler.steps >= mostSteps;
    if (isStuck && !isOver()) {
      const left = world.unfinished.map(({ instanceId, status, owner, queue, open, quarantine }) => {
        const waits = [...open.values()].map(({ eventId, kind }) => `${eventId} ${kind}`);
        return `${instanceId} ${status} owner ${owner} messages ${queue.length} open [${waits.join(", ")}] ${quarantine ?? ""}`;
      });
      violations.push({
        rule: "L1",
        what: `not over: ${left.join("; ")}; unanswered: ${[...script.open].join(", ")}`,
        atMs: scheduler.now,
      });
    }
  }
}

function countShapes({ scenario, coverage }: World): void {
  const visit = (part: object): void => {
    if ("op" in part) coverage.shape(String(part.op));
    if ("mode" in part) coverage.shape(`activity, ${String(part.mode)}`);
    if ("version" in part) coverage.shape("child, of one version");
    if ("limitMs" in part) coverage.shape("time limit");
    if ("ends" in part) coverage.shape(`child, ${String(part.ends)}`);
    if (!("of" in part)) return;
    for (const each of [part.of].flat()) visit(each as object);
  };
  for (const { rate } of scenario.nodes) if (Math.abs(rate - 1) > 0.01) coverage.fault("clock fast or slow");
  for (const { executions, changesVersion } of scenario.programs) {
    if (executions.length > 1 && changesVersion) coverage.shape("continues as another version");
    if (executions.length > 1) coverage.shape("continues as new");
    for (const execution of executions) visit(execution);
  }
}
