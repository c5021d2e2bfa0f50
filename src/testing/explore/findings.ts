import { isDeepStrictEqual } from "node:util";
import type { StoredText } from "../../providers/contract.ts";
import { divergenceAdvice } from "../../replay/index.ts";
import { goesByElse } from "./rerun.ts";
import type { ExploredOutcome, ScheduleRun } from "./run-schedule.ts";
import type { FaultyRun, Search } from "./search.ts";
import { completionValue } from "./value-text.ts";
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

/** What an activity did, of which nobody heard because it was given up before its completion came. */
export interface LeftBehind {
  /** What came of it when the activity had been executed. */
  readonly executed: ExploredOutcome;
  /** And when it had not. */
  readonly notExecuted: ExploredOutcome;
  readonly steps: readonly string[];
  /** The index of the step that gave it up. */
  readonly givenUpAt: number;
}

/** A schedule that came to something else when it was run once more: then no two outcomes can be compared. */
export interface Unrepeatable {
  readonly first: ExploredOutcome;
  readonly again: ExploredOutcome;
  readonly steps: readonly string[];
}

export interface Findings {
  readonly outcomes: readonly OutcomeGroup[];
  readonly nondeterminism: readonly Nondeterminism[];
  readonly notIdempotent: readonly NotIdempotent[];
  /** Needs `observe`. */
  readonly leftBehind: readonly LeftBehind[];
  readonly unrepeatable: Unrepeatable | undefined;
}

export function findingsOf({ runs, crashes, late, unrepeatable }: Search): Findings {
  const isRepeatable = unrepeatable === undefined;
  const unlike = runs.flatMap(unlikeItself);
  const nondeterminism = [
    ...runs.flatMap(unruly),
    ...unlike,
    ...crashes.flatMap((crash) => lostWay(crash, { isRepeatable, isTold: unlike.length > 0 })),
  ];
  const isSound = nondeterminism.length === 0;
  return {
    outcomes: groupOutcomes(runs),
    nondeterminism: firstOfEach(nondeterminism, ({ message }) => message),
    // Code that is not deterministic makes any activity look as if it were to blame.
    notIdempotent: firstOfEach(
      crashes.flatMap((crash) => notIdempotent(crash, isSound && isRepeatable)),
      ({ activity, differs }) => `${activity} ${differs}`,
    ),
    leftBehind: isSound && isRepeatable ? late.flatMap(leftBehind).slice(0, 1) : [],
    unrepeatable:
      isSound && unrepeatable !== undefined
        ? { first: unrepeatable.run.outcome, again: unrepeatable.again.outcome, steps: unrepeatable.run.steps }
        : undefined,
  };
}

/** What the library itself ends an execution for, and no input or order can excuse. */
const unrulyCodes: ReadonlySet<string | undefined> = new Set([
  "FOREIGN_AWAIT",
  "OUTSIDE_TURN",
  "NONDETERMINISTIC_CALL",
]);

function unruly({ outcome: { error }, steps }: ScheduleRun): Nondeterminism[] {
  return error !== undefined && unrulyCodes.has(error.code) ? [{ message: error.message, steps }] : [];
}

function unlikeItself({ nondeterminism: message, steps }: ScheduleRun): Nondeterminism[] {
  return message === undefined ? [] : [{ message, steps }];
}

/** After a crash, with nothing executed twice, it has to come to the same. */
function lostWay(
  { run, of }: FaultyRun,
  { isRepeatable, isTold }: { readonly isRepeatable: boolean; readonly isTold: boolean },
): Nondeterminism[] {
  const { crashAt = 0, steps, outcome } = run;
  const isFound = outcome.error?.name === "NondeterminismError" && of.outcome.error?.name !== "NondeterminismError";
  if (isFound) return isTold ? [] : [{ message: ofSameCode(outcome.error.message), steps, crashAt }];
  if (!isRepeatable || run.repeated.length > 0 || isDeepStrictEqual(outcome, of.outcome)) return [];
  const message = "After a crash, led through its history, the code comes to something else.";
  return [{ message, steps, crashAt }];
}

// Nothing was deployed: the code that wrote this history is the one that left it.
const ofSameCode = (message: string): string => message.replace(divergenceAdvice, goesByElse);

function leftBehind({ run, of }: FaultyRun): LeftBehind[] {
  if (isDeepStrictEqual(run.outcome, of.outcome) || run.lateAt === undefined) return [];
  return [{ executed: run.outcome, notExecuted: of.outcome, steps: run.steps, givenUpAt: run.lateAt }];
}

function notIdempotent({ run, of }: FaultyRun, isComparable: boolean): NotIdempotent[] {
  const [repeated] = run.repeated;
  const { crashAt } = run;
  if (repeated === undefined || crashAt === undefined) return [];
  const { activity, input, first, second } = repeated;
  const found = { activity, input, steps: run.steps, crashAt };
  if (textOf(first) !== textOf(second))
    return [{ ...found, differs: "result", once: completionValue(first), twice: completionValue(second) }];
  if (!isComparable || isDeepStrictEqual(run.outcome, of.outcome)) return [];
  const [once, twice] = [of.outcome, run.outcome].map(({ observed, ...end }) =>
    isDeepStrictEqual(run.outcome.observed, of.outcome.observed) ? end : observed,
  );
  return [{ ...found, differs: "effect", once, twice }];
}

const textOf = ({ body, payload }: StoredText): string => withoutStacks(payload ?? body);

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
