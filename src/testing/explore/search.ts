import { isDeepStrictEqual } from "node:util";
import { SeededRandom } from "../../values/index.ts";
import type { Plan } from "./plan.ts";
import { type ScheduleRun, runSchedule } from "./run-schedule.ts";

/** All schedules that were run: those that deviate least from everything being quick come first. */
export interface Search {
  readonly runs: readonly ScheduleRun[];
  /** Each is one of `runs` with a crash in it. */
  readonly crashes: readonly FaultyRun[];
  /** Each is one of `runs` in which activities that were given up had been executed. Only if something is observed. */
  readonly late: readonly FaultyRun[];
  /** Every order was run, or came to a state from which every order was run. */
  readonly isExhaustive: boolean;
  /** A crash was tried before every step of every one of `runs`. */
  readonly areCrashesExhaustive: boolean;
  /** A schedule, and what it came to when it was run once more, if that was something else. */
  readonly unrepeatable: { readonly run: ScheduleRun; readonly again: ScheduleRun } | undefined;
}

export interface FaultyRun {
  readonly run: ScheduleRun;
  readonly of: ScheduleRun;
}

const first = (): number => 0;

/**
 * Runs schedules by the number of times that they deviate from the first one, so that what is found is found minimal.
 */
export async function search(plan: Plan): Promise<Search> {
  const { runs, isExhaustive } = await orders(plan);
  const crashes: FaultyRun[] = [];
  const late: FaultyRun[] = [];
  const all = { runs, crashes, late, isExhaustive };
  const [usual] = runs;
  let unrepeatable = usual && (await unlikeBefore(plan, usual));
  let last = usual;
  /** Whether what one run came to can be held against the other: not if it would have been something else anyway. */
  const compare = async (run: ScheduleRun, of: ScheduleRun): Promise<void> => {
    if (unrepeatable !== undefined || last === of || isDeepStrictEqual(run.outcome, of.outcome)) return;
    unrepeatable = await unlikeBefore(plan, of);
    last = of;
  };
  for (const of of runs) {
    for (const lateAt of of.outcome.observed === undefined ? [] : of.givesUpAt) {
      if (late.length >= plan.maxCrashes) break;
      const run = await runSchedule(plan, { choices: of.choices, lateAt, choose: first });
      late.push({ of, run });
      await compare(run, of);
    }
  }
  for (const of of runs) {
    // Before the first step there is nothing that a crash could take away.
    for (let crashAt = 1; crashAt < of.choices.length; crashAt++) {
      if (crashes.length >= plan.maxCrashes) return { ...all, areCrashesExhaustive: false, unrepeatable };
      const run = await runSchedule(plan, { choices: of.choices, crashAt, choose: first });
      crashes.push({ of, run });
      await compare(run, of);
    }
  }
  return { ...all, areCrashesExhaustive: true, unrepeatable };
}

/** Runs a schedule once more. Gives both, if they come to something else. */
async function unlikeBefore(plan: Plan, run: ScheduleRun): Promise<Search["unrepeatable"]> {
  const again = await runSchedule(plan, { choices: run.choices, choose: first });
  return isDeepStrictEqual(again.outcome, run.outcome) ? undefined : { run, again };
}

interface Deviation {
  readonly of: ScheduleRun | undefined;
  readonly at: number;
  readonly choice: number;
}

async function orders(plan: Plan): Promise<Pick<Search, "runs" | "isExhaustive">> {
  const { maxSchedules, seed } = plan;
  const systematic = Math.ceil(maxSchedules * 0.6);
  const seen = new Set<string>();
  const runs: ScheduleRun[] = [];
  const queue: Deviation[] = [{ of: undefined, at: 0, choice: 0 }];
  let tried = 0;
  for (const { of, at, choice } of queue) {
    const left = queue.length - tried;
    if (tried >= maxSchedules || (tried >= systematic && left > maxSchedules - tried)) break;
    tried += 1;
    const choices = of === undefined ? [] : [...of.choices.slice(0, at), choice];
    const run = await runSchedule(plan, { choices, choose: first, seen });
    for (let step = choices.length; step < run.branching.length; step++) {
      for (let other = 1; other < (run.branching[step] as number); other++) {
        queue.push({ of: run, at: step, choice: other });
      }
    }
    if (!run.isKnown) runs.push(run);
  }
  const isExhaustive = tried === queue.length;
  for (let index = tried; index < maxSchedules && !isExhaustive; index++) {
    const random = new SeededRandom(`explore:${seed}:${index}`);
    const choose = (steps: number): number => Math.floor(random.next() * steps);
    runs.push(await runSchedule(plan, { choices: [], choose }));
  }
  return { runs, isExhaustive };
}
