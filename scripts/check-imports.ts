// The import walls of src/: layers import downwards only. Type imports count, for a type is a dependency too.
import { globSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, relative } from "node:path";
import { parseSync } from "oxc-parser";

const foundations = ["definition", "history", "values", "errors", "observability", "providers/contract"];
const provider = ["providers", "providers/contract", "values", "errors"];
const hosted = [...foundations, "host"];

/**
 * Which rooms each room may import from, besides itself. A file belongs to the longest room name that begins its path,
 * so `providers/contract` holds contract.ts, contract/ and contract-limits.ts; `index` holds the files right under src.
 */
const mayImport: Readonly<Record<string, readonly string[] | "all but cli">> = {
  errors: [],
  values: ["errors"],
  host: ["values"],
  definition: ["values", "errors"],
  history: ["definition", "values", "errors"],
  replay: ["definition", "history", "values", "errors"],
  observability: ["definition", "values", "errors"],
  // Providers never parse what they store: no history types here.
  "providers/contract": ["values", "errors"],
  providers: ["providers/contract", "values", "errors"],
  "providers/sqlite": [...provider, "host"],
  "providers/postgres": provider,
  "providers/conformance": provider,
  // A wrapper at the one seam through which everything is stored.
  codec: ["providers/contract", "errors"],
  client: hosted,
  // Between stores, and between a store and a file.
  transfer: foundations,
  // Changes what globals do inside an orchestration, so it needs the modules that the engine must not touch.
  guard: ["errors", "replay"],
  runtime: [...hosted, "replay", "guard"],
  // Pure, and bundled into a page: reads histories and rows, and asks nobody.
  inspection: ["history", "errors", "providers/contract"],
  // What operators see and do, the same in a terminal and in a browser.
  management: [...foundations, "client", "inspection", "transfer", "testing"],
  http: [...foundations, "client", "management"],
  testing: "all but cli",
  cli: "all but cli",
  // Listens to what is told through channels; the runtime knows nothing of it.
  otel: ["observability", "providers/contract", "errors", "values"],
  index: "all but cli",
};

// The replay engine is pure: these give it context tracking, hashing and type checks; nothing may give it I/O or a
// clock.
const replayMayImportFromOutside = ["node:async_hooks", "node:crypto", "node:util"];

// What a simulation has to decide goes through the Host, or a seed would not say what happens.
const hostedRooms = ["runtime", "client"];
const ownTime = /\b(?:set|clear)(?:Timeout|Interval|Immediate)\(|\bperformance\.now\b|\bMath\.random\b|\brandomId\b/;

// The dashboard runs in a browser: of src it takes what is pure, and otherwise only types, which leave nothing behind.
const dashboardMayImport = ["inspection", "history"];
const dashboardLibraries = /^(?:preact(?:\/hooks)?|@preact\/signals)$/;

const offences = [
  ...globSync("src/**/*.ts").toSorted().flatMap(offencesIn),
  ...globSync("dashboard/src/**/*.{ts,tsx}").toSorted().flatMap(offencesOfDashboard),
];
for (const offence of offences) console.error(offence);
if (offences.length > 0) process.exitCode = 1;

function offencesIn(file: string): string[] {
  const room = roomOf(file);
  if (room === undefined) return [`${file}: its folder is missing from scripts/check-imports.ts`];
  const problems = [...specifiersIn(file)].map((specifier) => problemWith(file, room, specifier));
  const own = hostedRooms.includes(room) ? ownTime.exec(readFileSync(file, "utf8")) : null;
  if (own !== null) problems.push(`takes ${own[0]} from the process: take it from the Host`);
  return problems.filter((problem) => problem !== undefined).map((problem) => `${file}: ${problem}`);
}

function offencesOfDashboard(file: string): string[] {
  const source = readFileSync(file, "utf8");
  const { module } = parseSync(file, source);
  const values = module.staticImports.filter(({ entries }) => entries.length === 0 || entries.some((e) => !e.isType));
  return values.flatMap(({ moduleRequest: { value: specifier } }) => {
    if (!specifier.startsWith(".")) {
      return dashboardLibraries.test(specifier) ? [] : [`${file}: the dashboard may not import ${specifier}`];
    }
    const target = relative(".", join(dirname(file), specifier));
    if (target.startsWith("dashboard/")) return [];
    const room = target.startsWith("src/") ? roomOf(target) : undefined;
    if (room !== undefined && dashboardMayImport.includes(room)) return [];
    return [`${file}: the dashboard may import no values from ${target}, only types`];
  });
}

function specifiersIn(file: string): Set<string> {
  const source = readFileSync(file, "utf8");
  const { module, errors } = parseSync(file, source);
  if (errors[0] !== undefined) throw new Error(`${file} does not parse: ${errors[0].message}`);
  return new Set([
    ...module.staticImports.map((statement) => statement.moduleRequest.value),
    ...module.staticExports.flatMap((statement) => statement.entries.flatMap((e) => e.moduleRequest?.value ?? [])),
    ...module.dynamicImports.map(({ moduleRequest: { start, end } }) => source.slice(start + 1, end - 1)),
  ]);
}

function problemWith(file: string, room: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return problemWithOutside(room, specifier);
  const target = relative(".", join(dirname(file), specifier));
  if (!target.startsWith("src/")) return `imports ${target}, which is outside src`;
  const targetRoom = roomOf(target);
  if (targetRoom === undefined) return `imports ${target}, whose folder is missing from scripts/check-imports.ts`;
  const allowed = mayImport[room] ?? [];
  const isAllowed = allowed === "all but cli" ? targetRoom !== "cli" : allowed.includes(targetRoom);
  return targetRoom === room || isAllowed ? undefined : `${room} may not import ${targetRoom} (${target})`;
}

function problemWithOutside(room: string, specifier: string): string | undefined {
  if (isBuiltin(specifier) && !specifier.startsWith("node:")) return `imports ${specifier}: write node:${specifier}`;
  if (/^perdure(\/|$)/.test(specifier)) return `imports ${specifier}, its own built package: use a relative path`;
  if (room !== "replay" || replayMayImportFromOutside.includes(specifier)) return undefined;
  return `replay may not import ${specifier} (only ${replayMayImportFromOutside.join(" and ")})`;
}

function roomOf(file: string): string | undefined {
  const path = relative("src", file);
  if (!path.includes("/")) return "index";
  const names = Object.keys(mayImport).filter(
    (name) => path.startsWith(name) && /^[/.-]/.test(path.slice(name.length)),
  );
  return names.toSorted((a, b) => b.length - a.length)[0];
}
