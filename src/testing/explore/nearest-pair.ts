import { isDeepStrictEqual } from "node:util";
import type { ScheduleRun } from "./run-schedule.ts";

/**
 * Two schedules with different outcomes that are as alike as any two are, and of those the simplest, so that what
 * differs is what makes the difference: the same steps in another order, if there are such, changed over as short a
 * stretch as can be.
 */
export function nearestPair(runs: readonly ScheduleRun[]): readonly [ScheduleRun, ScheduleRun] | undefined {
  const groups = groupsOf(runs);
  const contents = runs.map(({ choiceTexts }) => choiceTexts.toSorted().join("\n"));
  let nearest: readonly [ScheduleRun, ScheduleRun] | undefined;
  let least = Infinity;
  for (let later = 1; later < runs.length && least > leastPossible; later++) {
    for (let earlier = 0; earlier < later; earlier++) {
      if (groups[earlier] === groups[later]) continue;
      const [one, other] = [runs[earlier] as ScheduleRun, runs[later] as ScheduleRun];
      const isReordered = contents[earlier] === contents[later];
      const distance = stretch(one.choiceTexts, other.choiceTexts) + (isReordered ? 0 : beyondAnyReordering);
      if (distance >= least) continue;
      least = distance;
      nearest = [one, other];
    }
  }
  return nearest;
}

/** Two neighbours that have changed places. */
const leastPossible = 2;
const beyondAnyReordering = 1_000_000;

/** For each run the index of the first one with its outcome. */
function groupsOf(runs: readonly ScheduleRun[]): number[] {
  const firsts: number[] = [];
  return runs.map(({ outcome }, index) => {
    const known = firsts.find((first) => isDeepStrictEqual(runs[first]?.outcome, outcome));
    if (known === undefined) firsts.push(index);
    return known ?? index;
  });
}

/** From the first step that differs to the last. */
function stretch(one: readonly string[], other: readonly string[]): number {
  let from = 0;
  let to = Math.max(one.length, other.length);
  while (from < to && one[from] === other[from]) from += 1;
  while (to > from && one[to - 1] === other[to - 1]) to -= 1;
  return to - from;
}
