import type { LedgerLine } from "./ledger.ts";
import type { Observed } from "./observe.ts";
import type { Scenario } from "./scenarios/index.ts";
import type { UserRows } from "./user-database.ts";

/** What was known when a process had died, before anything else touched its store. */
export interface Death {
  /** How many lines its ledger had. */
  readonly lines: number;
  readonly store: Observed;
}

export interface Case {
  readonly scenario: Scenario;
  readonly deaths: readonly Death[];
  readonly ledger: readonly LedgerLine[];
  readonly end: Observed;
  /** The store after the same without any death. */
  readonly expected: Observed;
}

/** Everything that must not be so, whatever died when. */
export function judge({ scenario, deaths, ledger, end, expected }: Case): string[] {
  return [
    ...deaths.flatMap(({ lines, store }) => judgeDeath(scenario, ledger.slice(0, lines), store)),
    ...end.faults,
    ...judgeRows(scenario, end),
    ...differences("ended", end.outcomes, expected.outcomes, (id) => scenario.roots.includes(id)),
    ...differences("events", end.kinds, expected.kinds, (key) => !isVarying(scenario, key)),
    ...judgeEffects(ledger, deaths, end),
  ];
}

/** What a process was told is true, and what it did was decided before. */
function judgeDeath(scenario: Scenario, ledger: readonly LedgerLine[], store: Observed): string[] {
  const { roots } = scenario;
  const problems = [...store.faults, ...judgeRows(scenario, store)];
  for (const line of ledger) {
    if (line.kind === "acked" && !store.outcomes.has(roots[0])) problems.push("a start that was answered is lost");
    if (line.kind === "ended" && store.outcomes.get(line.instanceId) !== line.outcome) {
      problems.push(`${line.instanceId} was said to have ended with ${line.outcome}, which the store does not have`);
    }
    if (line.kind === "effect" && !store.names.has(line.key)) {
      problems.push(`activity ${line.key} had an effect, and the store does not know that it was scheduled`);
    }
  }
  return problems;
}

/** What a transaction wrote is there with the end of its activity, or its start: all of it once, or nothing. */
function judgeRows({ transactional = [] }: Scenario, { rows, names, recorded, outcomes }: Observed): string[] {
  const problems: string[] = [];
  for (const [key, parts] of Map.groupBy(rows.written, (row) => row.key)) {
    const [first, second] = parts.map(({ attempt }) => attempt);
    if (parts.length !== 2 || first !== second) {
      problems.push(
        `${key} has written ${parts.length} rows, in attempts ${parts.map(({ attempt }) => attempt).join()}`,
      );
    }
  }
  const written = writersOf(rows);
  for (const key of recorded) {
    const isTransactional = transactional.includes(names.get(key) ?? "");
    if (isTransactional && !written.has(key)) problems.push(`${key} is recorded, and its rows are not there`);
  }
  for (const id of rows.orders) if (!outcomes.has(id)) problems.push(`there is an order ${id}, and no such instance`);
  if (transactional.length === 0) return problems;
  for (const id of outcomes.keys()) if (!rows.orders.includes(id)) problems.push(`there is ${id}, and no such order`);
  return problems;
}

const writersOf = ({ written }: UserRows): ReadonlySet<string> => new Set(written.map(({ key }) => key));

/** An activity is executed again only where the execution before was cut off, and never when its end is recorded. */
function judgeEffects(ledger: readonly LedgerLine[], deaths: readonly Death[], end: Observed): string[] {
  const problems: string[] = [];
  const lostLeases = ledger.filter(({ kind }) => kind === "lease lost").length;
  const effects = ledger.flatMap((line, index) => (line.kind === "effect" ? [{ ...line, index }] : []));
  for (const [key, all] of Map.groupBy(effects, ({ key }) => key)) {
    const attempts = all.map(({ attempt }) => attempt);
    if (new Set(attempts).size < attempts.length) problems.push(`${key} had attempts ${attempts.join()}, one twice`);
    const isDone = ({ store }: Death) => store.recorded.has(key) || writersOf(store.rows).has(key);
    const cuts = deaths.filter((death) => all.some(({ index }) => index < death.lines) && !isDone(death));
    const asIntended = all.filter(({ willFail }) => willFail !== true).length;
    if (asIntended > 1 + cuts.length + lostLeases) {
      problems.push(`${key} had ${asIntended} effects and was cut off ${cuts.length} times`);
    }
    const done = deaths.find(isDone);
    if (done !== undefined && all.some(({ index }) => index >= done.lines)) {
      problems.push(`${key} was executed again although its end was stored`);
    }
  }
  const executed = new Set(effects.map(({ key }) => key));
  for (const key of end.recorded) if (!executed.has(key)) problems.push(`${key} ended without being executed`);
  return problems;
}

const isVarying = ({ varying = [] }: Scenario, key: string): boolean =>
  varying.some((kind) => key.endsWith(`: ${kind}`));

function differences<T>(
  what: string,
  actual: ReadonlyMap<string, T>,
  expected: ReadonlyMap<string, T>,
  counts: (key: string) => boolean,
): string[] {
  const keys = [...new Set([...actual.keys(), ...expected.keys()])].filter(counts);
  return keys
    .filter((key) => actual.get(key) !== expected.get(key))
    .map((key) => `${what}: ${key}: ${String(actual.get(key))} instead of ${String(expected.get(key))}`);
}
