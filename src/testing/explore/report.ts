import { AssertionError } from "node:assert";
import { InvalidArgumentError } from "../../errors/index.ts";
import { countText } from "../../inspection/index.ts";
import {
  type Findings,
  findingsOf,
  type LeftBehind,
  type NotIdempotent,
  type OutcomeGroup,
  type Unrepeatable,
} from "./findings.ts";
import { nearestPair } from "./nearest-pair.ts";
import { crashNote, describeOutcome, describeSteps, inspectShort, section } from "./report-text.ts";
import type { ExploredOutcome, ScheduleRun } from "./run-schedule.ts";
import type { Search } from "./search.ts";
import { inputText } from "./value-text.ts";

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
  /** Activities that were given up in some schedule: they may have been executed all the same. */
  readonly givenUp: readonly string[];
  /** Messages and events that came to nothing in some schedule, and why. */
  readonly dropped: readonly string[];
  /** It is deterministic, its activities may be executed a second time, and it finishes. */
  assertOk(): void;
  /** The code goes by nothing but its history. */
  assertDeterministic(): void;
  /** An activity may be executed a second time. Needs `observe` for what an activity does besides giving a result. */
  assertIdempotent(): void;
  /** In no order does it wait for something that never comes, or go on for ever. */
  assertFinishes(): void;
  /** In whatever order things happen, the outcome is the same. */
  assertOrderInsensitive(): void;
  /**
   * It does not matter whether an activity that is given up has been executed before. Throws `InvalidArgumentError` if
   * there was no `observe` to tell.
   */
  assertNothingLeftBehind(): void;
  /**
   * The condition holds for every outcome: true, or whatever else than false, unless it throws. Also for what comes of
   * it when activities that are given up have been executed before.
   */
  assertEvery(condition: (outcome: ExploredOutcome) => unknown): void;
  /** A text for people: the outcomes, and the shortest way to each finding. */
  toString(): string;
}

export function exploreReport(orchestration: string, search: Search): ExploreReport {
  const findings = findingsOf(search);
  const { runs, crashes, late, isExhaustive } = search;
  const { outcomes, nondeterminism, notIdempotent, leftBehind, unrepeatable } = findings;
  const unfinished = outcomes.filter((group) => !isOver(group.outcome));
  const isObserved = runs.some(({ outcome }) => outcome.observed !== undefined);
  const isComparable = search.unrepeatable === undefined;
  const pair = isComparable ? nearestPair(runs) : undefined;
  const sections = {
    unrepeatable: unrepeatable === undefined ? [] : [describeUnrepeatable(unrepeatable)],
    nondeterminism: nondeterminism.map(({ message, steps, crashAt }) =>
      section("NOT DETERMINISTIC", `${message}\n${describeSteps(steps, crashNote(crashAt))}`),
    ),
    notIdempotent: notIdempotent.map(describeNotIdempotent),
    leftBehind: leftBehind.map(describeLeftBehind),
    unfinished: unfinished.map(describeUnfinished),
    order: pair === undefined ? [] : [describeOrder(...pair)],
  };
  const assertNone = (...found: readonly (readonly string[])[]): void => {
    const text = found.flat().join("\n\n");
    if (text !== "") throw new AssertionError({ message: `Exploring "${orchestration}":\n\n${text}` });
  };
  return {
    ...findings,
    orchestration,
    schedules: runs.length,
    crashes: crashes.length,
    isExhaustive,
    isOrderSensitive: outcomes.length > 1,
    givenUp: [...new Set(runs.flatMap(({ givenUp }) => givenUp))],
    dropped: [...new Set(runs.flatMap(({ dropped }) => dropped))],
    assertOk: () =>
      assertNone(sections.nondeterminism, sections.unrepeatable, sections.notIdempotent, sections.unfinished),
    assertDeterministic: () => assertNone(sections.nondeterminism),
    assertIdempotent: () => assertNone(sections.unrepeatable, sections.notIdempotent),
    assertFinishes: () => assertNone(sections.unfinished),
    assertOrderInsensitive: () => assertNone(sections.unrepeatable, sections.order),
    assertNothingLeftBehind: () => {
      if (!isObserved) {
        throw new InvalidArgumentError(
          `What activities of "${orchestration}" leave behind was not looked at. Give \`observe\` to \`explore\`, and have it ` +
            "return what they did to the world.",
        );
      }
      assertNone(sections.unrepeatable, sections.leftBehind);
    },
    assertEvery: (condition) => {
      const others = late.map(({ run }) => ({ outcome: run.outcome, steps: run.steps }));
      assertNone([...outcomes, ...others].flatMap((group) => describeRefused(group, condition)));
    },
    toString: () => [summary(), ...shown(), ...notes()].join("\n\n"),
  };

  function summary(): string {
    const orders = countText(runs.length, "schedule");
    const all = isExhaustive ? "every order there is" : "a part of the orders there are";
    const crashed = crashes.length === 1 ? "1 crash" : `${crashes.length} crashes`;
    const where = search.areCrashesExhaustive ? ", one before every step" : "";
    const list = outcomes.slice(0, 10).map(({ outcome, schedules }) => `${schedules} × ${describeOutcome(outcome)}`);
    const more = outcomes.length > 10 ? [`and ${outcomes.length - 10} more outcomes`] : [];
    return section(`"${orchestration}": ${orders} (${all}), ${crashed}${where}`, [...list, ...more].join("\n"));
  }

  // Two orders of which one does not end have been told of already.
  function shown(): readonly string[] {
    const isTold = pair?.some(({ outcome }) => !isOver(outcome)) === true;
    return Object.values(isTold ? { ...sections, order: [] } : sections).flat();
  }

  // What nobody looked at must not read as if it had been found to be well.
  function notes(): string[] {
    if (isObserved) return [];
    const named = (names: readonly string[]): string => [...new Set(names)].map((name) => `"${name}"`).join(", ");
    const givenUp = named(runs.flatMap((run) => run.givenUp));
    const repeated = named(crashes.flatMap(({ run }) => run.repeated.map(({ activity }) => activity)));
    const givenUpNote =
      `Given up in some schedules, and may have been executed all the same: ${givenUp}. Give \`observe\` to see whether ` +
      "that matters.";
    const repeatedNote =
      `Executed a second time after a crash, and compared by their results only: ${repeated}. Give \`observe\` to see ` +
      "what else they do twice.";
    return [...(repeated === "" ? [] : [repeatedNote]), ...(givenUp === "" ? [] : [givenUpNote])];
  }
}

const isOver = ({ status }: ExploredOutcome): boolean => status !== "waiting" && status !== "cutOff";

function describeUnrepeatable({ first, again, steps }: Unrepeatable): string {
  return section(
    "NOT REPEATABLE",
    "The same schedule came to something else when it was run once more, so nothing can be said about orders and " +
      "effects.\nAn activity gives something else each time, or sees what another schedule has left. Make what activities " +
      "share in `setup`,\nand take ids from `ctx.idempotencyKey`.\n" +
      `first:     ${describeOutcome(first)}\nonce more: ${describeOutcome(again)}\n${describeSteps(steps)}`,
  );
}

function describeLeftBehind({ executed, notExecuted, steps, givenUpAt }: LeftBehind): string {
  return section(
    "EXECUTED, ALTHOUGH GIVEN UP",
    "Whoever gives up an activity does not hear of it any more; it may have been executed all the same, and then what " +
      "it did stays.\n" +
      `not executed: ${describeOutcome(notExecuted)}\nexecuted:     ${describeOutcome(executed)}\n` +
      describeSteps(steps, { at: givenUpAt, what: "here" }),
  );
}

function describeNotIdempotent({ activity, input, differs, once, twice, steps, crashAt }: NotIdempotent): string {
  const [one, two] = differs === "result" ? ["first result", "second result"] : ["executed once", "executed twice"];
  const what = differs === "result" ? "gives another result" : "leaves something else behind";
  return section(
    `NOT IDEMPOTENT: activity "${activity}"${inputText(input)}`,
    `It ${what} when it is executed again with the same idempotency key, after a crash.\n` +
      `${one}: ${inspectShort(once)}\n${two}: ${inspectShort(twice)}\n${describeSteps(steps, crashNote(crashAt))}`,
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
    `In ${countText(schedules, "schedule")} nothing can happen any more, and it waits for\n` +
      `${waits.map((wait) => `  ${wait}`).join("\n")}\n${describeSteps(steps)}`,
  );
}

function describeOrder(one: ScheduleRun, other: ScheduleRun): string {
  const at = other.choiceTexts.findIndex((text, index) => text !== one.choiceTexts[index]);
  const texts = [
    describeSteps(one.steps),
    describeSteps(other.steps, { at, what: "here it goes another way" }),
  ] as const;
  return section(
    "DEPENDS ON THE ORDER",
    `${describeOutcome(one.outcome)}\n${texts[0]}\n${describeOutcome(other.outcome)}\n${texts[1]}`,
  );
}

function describeRefused(
  { outcome, steps }: Pick<OutcomeGroup, "outcome" | "steps">,
  condition: (outcome: ExploredOutcome) => unknown,
): string[] {
  let why = "The condition does not hold.";
  try {
    if (condition(outcome) !== false) return [];
  } catch (error) {
    why = error instanceof Error ? error.message : String(error);
  }
  return [section(`REFUSED: ${describeOutcome(outcome)}`, `${why}\n${describeSteps(steps)}`)];
}
