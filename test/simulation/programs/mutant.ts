// Runs worlds with one of the mutants until something is found wrong, or so many have passed.
import { registerHooks } from "node:module";
import { mutants } from "../mutants.ts";

const { name, mostWorlds } = JSON.parse(process.argv[2] ?? "{}") as { name: string; mostWorlds: number };
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
if (!isLoaded) throw new Error(`${file} is not part of the simulation.`);
const startedAt = performance.now();
let [worlds, turns] = [0, 0];
let found: string | null = null;
while (found === null && worlds < mostWorlds) {
  worlds += 1;
  const scenario = makeScenario(String(worlds));
  const isOfSqlite = file.startsWith("src/providers/sqlite/");
  const report = await runScenario(isOfSqlite ? { ...scenario, store: "sqlite" } : scenario);
  turns += report.turns;
  const [violation] = report.violations;
  if (violation !== undefined) found = `${violation.rule}: ${violation.what}`;
}
console.log(JSON.stringify({ found, worlds, turns, ms: performance.now() - startedAt }));
