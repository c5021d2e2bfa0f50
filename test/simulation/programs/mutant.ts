// Runs worlds with one of the mutants until something is found wrong, or so many have passed; and makes that one small,
// in so many worlds.
import { registerHooks } from "node:module";
import { mutants } from "../mutants.ts";
import type { Scenario } from "../scenario.ts";

const { name, mostWorlds, shrinkIn } = JSON.parse(process.argv[2] ?? "{}") as {
  readonly name: string;
  readonly mostWorlds: number;
  readonly shrinkIn?: number;
};
const mutant = mutants.find((one) => one.name === name);
if (mutant === undefined) throw new Error(`There is no mutant "${name}".`);
const { file, find, replace } = mutant;
let isLoaded = false;
registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith(file)) return loaded;
    const source = Buffer.from(loaded.source as Uint8Array).toString();
    if (source.split(find).length !== 2) throw new Error(`"${find}" is not in ${file} exactly once.`);
    isLoaded = true;
    return { ...loaded, source: source.replace(find, () => replace) };
  },
});

const { runScenario } = await import("../run-scenario.ts");
const { makeScenario } = await import("../scenario.ts");
const { describeFailure } = await import("../campaign.ts");
const { shrink } = await import("../shrink.ts");
if (!isLoaded) throw new Error(`${file} is not part of the simulation.`);
const startedAt = performance.now();
let [worlds, turns] = [0, 0];
let found: string | null = null;
let small: object | undefined;
while (found === null && worlds < mostWorlds) {
  worlds += 1;
  const made = makeScenario(String(worlds));
  const scenario = file.startsWith("src/providers/sqlite/") ? { ...made, store: "sqlite" as const } : made;
  const report = await runScenario(scenario);
  turns += report.turns;
  const [violation] = report.violations;
  if (violation === undefined) continue;
  found = `${violation.rule}: ${violation.what}`;
  if (shrinkIn !== undefined) small = await madeSmall(scenario, shrinkIn);
}
console.log(JSON.stringify({ found, worlds, turns, ms: performance.now() - startedAt, small }));

async function madeSmall(scenario: Scenario, mostShrunk: number) {
  const smallest = await shrink(scenario, { mostWorlds: mostShrunk });
  const sizes = [scenario, smallest.scenario].map(({ roots, faults, nodes }) => [
    roots.length,
    faults.length,
    nodes.length,
  ]);
  // What is written to a file has to be the same world when it is read again.
  const again = await runScenario(JSON.parse(JSON.stringify(smallest.scenario)) as Scenario);
  return { sizes, rules: again.violations.map(({ rule }) => rule), text: describeFailure(smallest.report) };
}
