import { AssertionError } from "node:assert";
import { type Findings, type NotIdempotent, type OutcomeGroup, findingsOf } from "./findings.ts";
import { describeOutcome, describeSteps, inspectShort, section } from "./report-text.ts";
import type { ExploredOutcome } from "./run-schedule.ts";
import type { Search } from "./search.ts";

/** What an exploration came to. `String(report)` is a text for people; so is what the assertions throw. */
export interface ExploreReport extends Findings {
  /** The name of the orchestration. */
  readonly orchestration: string;
  /** Schedules that were run to their end. */
  readonly schedules: number;
  /** Crashes that were tried, each in one of these schedules. */
  readonly crashes: number;
  /** Every order that there can be was tried; otherwise a part of them, some chosen at random. */
  readonly isExhaustive: boolean;
  /** Different orders lead to different outcomes. That is a mistake, or it is what a race is for. */
  readonly isOrderSensitive: boolean;
  /** Activities that were given up in some schedule: they may have run all the same. */
  readonly givenUp: readonly string[];
  /** Messages and events that came to nothing in some schedule, and why. */
  readonly dropped: readonly string[];
  /** Asserts all of the following but that the order does not matter. */
  assertOk(): void;
  /** The code goes by nothing but its history. */
  assertDeterministic(): void;
  /** An activity may be executed a second time. Needs `observe` for what an activity does besides giving a result. */
  assertIdempotent(): void;
  /** In no order does it wait for something that never comes, or go on for ever. */
  assertFinishes(): void;
  /** In whatever order things happen, the outcome is the same. */
  assertOrderInsensitive(): void;
  /** The condition holds for every outcome: true, or whatever else than false, unless it throws. */
  assertEvery(condition: (outcome: ExploredOutcome) => unknown): void;
  /** A text for people: the outcomes, and the shortest way to each finding. */
  toString(): string;
}

export function exploreReport(orchestration: string, search: Search): ExploreReport {
  const findings = findingsOf(search);
  const { runs, crashes, isExhaustive } = search;
  const { outcomes, nondeterminism, notIdempotent } = findings;
  const [usual, ...others] = outcomes;
  const unfinished = outcomes.filter(({ outcome }) => outcome.status === "waiting" || outcome.status === "cutOff");
  const sections = {
    nondeterminism: nondeterminism.map(({ message, steps, crashAt }) =>
      section("NOT DETERMINISTIC", `${message}\n${describeSteps(steps, crashAt)}`),
    ),
    notIdempotent: notIdempotent.map(describeNotIdempotent),
    unfinished: unfinished.map(describeUnfinished),
    order: usual === undefined ? [] : others.slice(0, 1).map((other) => describeOrder(usual, other)),
  };
  const assertNone = (found: readonly string[]): void => {
    if (found.length > 0)
      throw new AssertionError({ message: `Exploring "${orchestration}":\n\n${found.join("\n\n")}` });
  };
  return {
    ...findings,
    orchestration,
    schedules: runs.length,
    crashes: crashes.length,
    isExhaustive,
    isOrderSensitive: others.length > 0,
    givenUp: [...new Set(runs.flatMap(({ givenUp }) => givenUp))],
    dropped: [...new Set(runs.flatMap(({ dropped }) => dropped))],
    assertOk: () => assertNone([...sections.nondeterminism, ...sections.notIdempotent, ...sections.unfinished]),
    assertDeterministic: () => assertNone(sections.nondeterminism),
    assertIdempotent: () => assertNone(sections.notIdempotent),
    assertFinishes: () => assertNone(sections.unfinished),
    assertOrderInsensitive: () => assertNone(sections.order),
    assertEvery: (condition) => assertNone(outcomes.flatMap((group) => describeRefused(group, condition))),
    toString: () => [summary(), ...Object.values(sections).flat(), ...notes()].join("\n\n"),
  };

  function summary(): string {
    const orders = `${runs.length} ${runs.length === 1 ? "schedule" : "schedules"}`;
    const all = isExhaustive ? "every order there is" : "a part of the orders there are";
    const crashed = `${crashes.length} crashes${search.areCrashesExhaustive ? ", one before every step" : ""}`;
    const list = outcomes.slice(0, 10).map(({ outcome, schedules }) => `${schedules} × ${describeOutcome(outcome)}`);
    const more = outcomes.length > 10 ? [`and ${outcomes.length - 10} more outcomes`] : [];
    return section(`"${orchestration}": ${orders} (${all}), ${crashed}`, [...list, ...more].join("\n"));
  }

  function notes(): string[] {
    const givenUp = new Set(runs.flatMap((run) => run.givenUp));
    if (givenUp.size === 0) return [];
    const names = [...givenUp].map((name) => `"${name}"`).join(", ");
    return [`Given up in some schedules, and may have run all the same: ${names}.`];
  }
}

function describeNotIdempotent({ activity, input, differs, once, twice, steps, crashAt }: NotIdempotent): string {
  const [one, two] = differs === "result" ? ["first result", "second result"] : ["executed once", "executed twice"];
  const what = differs === "result" ? "gives another result" : "leaves something else behind";
  return section(
    `NOT IDEMPOTENT: activity "${activity}"`,
    `It ${what} when it is executed again with the same idempotency key, after a crash. Its input: ${input}\n` +
      `${one}: ${inspectShort(once)}\n${two}: ${inspectShort(twice)}\n${describeSteps(steps, crashAt)}`,
  );
}

function describeUnfinished({ outcome, schedules, steps }: OutcomeGroup): string {
  if (outcome.status === "cutOff") {
    return section(
      "NEVER ENDS",
      `It was not over after ${steps.length} steps. Give \`maxSteps\`, or an input that ends.`,
    );
  }
  const waits = outcome.waitingFor ?? [];
  return section(
    "WAITS IN VAIN",
    `In ${schedules} schedules nothing can happen any more, and it waits for\n` +
      `${waits.map((wait) => `  ${wait}`).join("\n")}\n${describeSteps(steps)}`,
  );
}

function describeOrder(usual: OutcomeGroup, other: OutcomeGroup): string {
  return section(
    "DEPENDS ON THE ORDER",
    [usual, other].map(({ outcome, steps }) => `${describeOutcome(outcome)}\n${describeSteps(steps)}`).join("\n"),
  );
}

function describeRefused(group: OutcomeGroup, condition: (outcome: ExploredOutcome) => unknown): string[] {
  let why = "The condition does not hold.";
  try {
    if (condition(group.outcome) !== false) return [];
  } catch (error) {
    why = error instanceof Error ? error.message : String(error);
  }
  return [section(`REFUSED: ${describeOutcome(group.outcome)}`, `${why}\n${describeSteps(group.steps)}`)];
}
