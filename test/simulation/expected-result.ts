import { hash } from "./dice.ts";
import { type ProgramResult, activityResult, forgets, mix } from "./interpret.ts";
import type { Expression, Program } from "./program.ts";

/**
 * What a confluent program gives, worked out without any engine, store or time: no order in which its parts may end
 * makes a difference to it.
 */
export function expectedResult(
  programs: readonly Program[],
  place: number,
  start: { readonly version?: string | undefined; readonly messages: readonly number[] },
): ProgramResult {
  const { executions } = programs[place] as Program;
  const state = new Map<string, number>();
  let sum = 0;
  for (const [execution, body] of executions.entries()) {
    const carried = [...state.keys()].toSorted().map((key) => state.get(key) as number);
    const version = execution === 0 ? start.version : undefined;
    const begin = carried.reduce(mix, version === undefined ? sum : mix(sum, hash(version)));
    sum = mix(begin, valueOf(body, execution));
  }
  return { sum, bag: start.messages.reduce((total, message) => (total + message) | 0, 0) };

  function valueOf(part: Expression, execution: number): number {
    switch (part.op) {
      case "activity":
        if (part.mode === "broken") throw new Error("broken");
        return activityResult(part.mode, part.n);
      case "sleep":
        return 1;
      case "child": {
        const result = expectedResult(programs, part.program, { version: part.version, messages: [] });
        return mix(result.sum, result.bag);
      }
      case "detached":
        return 2;
      case "receive":
        return 3;
      case "state":
        if (forgets(execution)) state.delete(part.key);
        state.set(part.key, mix(state.get(part.key) ?? 0, execution));
        return state.get(part.key) as number;
      case "status":
        return 4;
      case "hops":
        return valueOf(part.of, execution);
      case "caught":
        return attempt(part.of, execution) ?? 7;
      case "sequence":
        return part.of.reduce((value, each) => mix(value, valueOf(each, execution)), 0);
      case "all":
        return part.of.map((each) => valueOf(each, execution)).reduce(mix, 11);
      case "allSettled":
        return part.of.map((each) => attempt(each, execution) ?? 12).reduce(mix, 13);
      case "event":
      case "random":
      case "patched":
      case "floating":
      case "abortedAfter":
      case "race":
      case "any":
        throw new Error(`A confluent program has no ${part.op}.`);
    }
  }

  function attempt(part: Expression, execution: number): number | null {
    try {
      return valueOf(part, execution);
    } catch {
      return null;
    }
  }
}
