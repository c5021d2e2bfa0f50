import type { FaultRates } from "./network.ts";
import type { Expression, Program } from "./program.ts";
import { type RunReport, runScenario } from "./run-scenario.ts";
import type { Scenario } from "./scenario.ts";

/** Leaves out of a scenario whatever it fails without as well. Gives up after so many worlds. */
export async function shrink(
  failing: Scenario,
  { mostWorlds }: { readonly mostWorlds: number },
): Promise<{ readonly scenario: Scenario; readonly report: RunReport; readonly worlds: number }> {
  let scenario = failing;
  let report = await runScenario(scenario);
  const rule = report.violations[0]?.rule;
  let worlds = 1;
  for (let isSmaller = true; isSmaller;) {
    isSmaller = false;
    for (const candidate of smaller(scenario)) {
      if (worlds >= mostWorlds || rule === undefined) return { scenario, report, worlds };
      worlds += 1;
      const other = await runScenario(candidate);
      if (other.violations[0]?.rule !== rule) continue;
      scenario = candidate;
      report = other;
      isSmaller = true;
      break;
    }
  }
  return { scenario, report, worlds };
}

/** The boldest first. */
function* smaller(scenario: Scenario): Generator<Scenario> {
  const { roots, faults, rates, nodes } = scenario;
  for (let size = roots.length >> 1; size >= 1; size >>= 1) {
    for (let from = 0; from < roots.length; from += size) yield { ...scenario, roots: without(roots, from, size) };
  }
  for (let size = faults.length; size >= 1; size >>= 1) {
    for (let from = 0; from < faults.length; from += size) yield { ...scenario, faults: without(faults, from, size) };
  }
  for (const kind of Object.keys(rates) as (keyof FaultRates)[]) {
    if (rates[kind] > 0) yield { ...scenario, rates: { ...rates, [kind]: 0 } };
  }
  if (nodes.length > 1) {
    const fewer = faults.filter(({ node }) => node < nodes.length - 1);
    yield { ...scenario, nodes: nodes.slice(0, -1), faults: fewer };
  }
  for (const [index, root] of roots.entries()) {
    const acts = scenario.isConfluent ? root.acts.filter(({ kind }) => kind === "send") : [];
    if (acts.length < root.acts.length) yield { ...scenario, roots: roots.with(index, { ...root, acts }) };
  }
  const used = new Set(roots.map(({ program }) => program));
  for (const [place, program] of scenario.programs.entries()) {
    if (!used.has(place)) continue;
    for (const less of smallerPrograms(program)) yield { ...scenario, programs: scenario.programs.with(place, less) };
  }
}

const without = <T>(list: readonly T[], from: number, count: number): T[] => list.toSpliced(from, count);

function* smallerPrograms(program: Program): Generator<Program> {
  const { executions } = program;
  // What it receives was sent because it receives it.
  const isFixed = (part: Expression) => program.isConfluent && JSON.stringify(part).includes('"receive"');
  for (const [index, execution] of executions.entries()) {
    if (executions.length > 1 && !isFixed(execution)) {
      yield { ...program, executions: executions.toSpliced(index, 1) };
    }
    for (const less of smallerExpressions(execution)) {
      if (!isFixed(execution) || isFixed(less)) yield { ...program, executions: executions.with(index, less) };
    }
  }
}

function* smallerExpressions(part: Expression): Generator<Expression> {
  if (!("of" in part)) return;
  const { of } = part;
  if (!isList(of)) {
    yield of;
    for (const less of smallerExpressions(of)) yield { ...part, of: less } as Expression;
    return;
  }
  for (const [index, each] of of.entries()) {
    yield each;
    if (of.length > 1) yield { ...part, of: of.toSpliced(index, 1) } as Expression;
    for (const less of smallerExpressions(each)) yield { ...part, of: of.with(index, less) } as Expression;
  }
}

const isList = (of: Expression | readonly Expression[]): of is readonly Expression[] => Array.isArray(of);
