import { isDeepStrictEqual } from "node:util";
import type { ExploredOutcome, ScheduleRun } from "./run-schedule.ts";
import type { Search } from "./search.ts";
import { withoutStacks } from "./without-stacks.ts";

/** One outcome, and the schedules that led to it. */
export interface OutcomeGroup {
  readonly outcome: ExploredOutcome;
  readonly schedules: number;
  /** The one of them that deviates least from everything being quick, step by step, in words. */
  readonly steps: readonly string[];
}

/** An activity that is not the same when it is executed twice, as it is when its node dies before it is recorded. */
export interface NotIdempotent {
  readonly activity: string;
  /** Stored text. */
  readonly input: string;
  /** `result`: it gave another one the second time. `effect`: something else came of it in the end. */
  readonly differs: "result" | "effect";
  /** With one execution. */
  readonly once: unknown;
  /** With a second one. */
  readonly twice: unknown;
  readonly steps: readonly string[];
  /** The index of the step that was repeated. */
  readonly crashAt: number;
}

/** Code that goes by something that is not in its history. */
export interface Nondeterminism {
  readonly message: string;
  readonly steps: readonly string[];
  /** The index of the step before which the node died; without a crash, the code was run again over its history. */
  readonly crashAt?: number;
}

export interface Findings {
  readonly outcomes: readonly OutcomeGroup[];
  readonly nondeterminism: readonly Nondeterminism[];
  readonly notIdempotent: readonly NotIdempotent[];
}

export function findingsOf({ runs, crashes }: Search): Findings {
  const nondeterminism = [...runs.flatMap(unrepeatable), ...crashes.flatMap(lostWay)];
  const isSound = nondeterminism.length === 0;
  return {
    outcomes: groupOutcomes(runs),
    nondeterminism: firstOfEach(nondeterminism, ({ message }) => message),
    // Code that is not deterministic makes any activity look as if it were to blame.
    notIdempotent: firstOfEach(
      crashes.flatMap(({ run, of }) => notIdempotent(run, of, isSound)),
      ({ activity, differs }) => `${activity} ${differs}`,
    ),
  };
}

function unrepeatable({ nondeterminism: message, steps }: ScheduleRun): Nondeterminism[] {
  return message === undefined ? [] : [{ message, steps }];
}

/** After a crash, with nothing executed twice, it has to come to the same. */
function lostWay({ run, of }: Search["crashes"][number]): Nondeterminism[] {
  const { crashAt = 0, steps, outcome } = run;
  const isFound = outcome.error?.name === "NondeterminismError" && of.outcome.error?.name !== "NondeterminismError";
  if (isFound) return [{ message: outcome.error.message, steps, crashAt }];
  if (run.repeated.length > 0 || isDeepStrictEqual(outcome, of.outcome)) return [];
  const message = "After a crash, led through its history, the code comes to something else.";
  return [{ message, steps, crashAt }];
}

function notIdempotent(run: ScheduleRun, of: ScheduleRun, isSound: boolean): NotIdempotent[] {
  const [repeated] = run.repeated;
  const { crashAt } = run;
  if (repeated === undefined || crashAt === undefined) return [];
  const { activity, input, first, second } = repeated;
  const found = { activity, input, steps: run.steps, crashAt };
  if (withoutStacks(first) !== withoutStacks(second))
    return [{ ...found, differs: "result", once: first, twice: second }];
  if (!isSound || isDeepStrictEqual(run.outcome, of.outcome)) return [];
  const [once, twice] = [of.outcome, run.outcome].map(({ observed, ...end }) =>
    isDeepStrictEqual(run.outcome.observed, of.outcome.observed) ? end : observed,
  );
  return [{ ...found, differs: "effect", once, twice }];
}

function groupOutcomes(runs: readonly ScheduleRun[]): OutcomeGroup[] {
  const groups: { outcome: ExploredOutcome; schedules: number; steps: readonly string[] }[] = [];
  for (const { outcome, steps } of runs) {
    const known = groups.find((group) => isDeepStrictEqual(group.outcome, outcome));
    if (known === undefined) groups.push({ outcome, schedules: 1, steps });
    else known.schedules += 1;
  }
  return groups;
}

function firstOfEach<T>(findings: readonly T[], key: (finding: T) => string): T[] {
  return [...new Map(findings.toReversed().map((finding) => [key(finding), finding])).values()].toReversed();
}
