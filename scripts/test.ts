// Runs the tests: npm run test:only -- [file, folder or glob ...] [--name <part of a test's name>]
// PERDURE_SLOWEST=10 lists the ten slowest.
import { globSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { run } from "node:test";
import { parseArgs } from "node:util";
import { startPostgres } from "../test/support/postgres-server.ts";
import { type TestProcess, stagesFor } from "./test-processes.ts";
import { reportTests } from "./test-report.ts";

// Most files wait for something half of their time: for a lease to end, or for a server.
const concurrency = availableParallelism() + 1;
const testTimeoutMs = 60_000;
// Longer than any one test may take: the simulation says nothing before its end.
const silenceMs = 330_000;

const { values, positionals } = parseArgs({ allowPositionals: true, options: { name: { type: "string" } } });
const files = (positionals.length === 0 ? ["test"] : positionals).flatMap(testFilesAt);

// Each process compiles the whole library first: half a second, if nobody has kept it.
process.env["NODE_COMPILE_CACHE"] ??= resolve("node_modules/.cache/compiled");

// One server for all files, with PERDURE_PG_URL set by us or by whoever has one. A file that runs alone starts its own,
// if it needs one at all.
const server = process.env["PERDURE_PG_URL"] === undefined && files.length > 1 ? await startPostgres() : null;
if (server !== null) process.env["PERDURE_PG_URL"] = server.url;

const isFiltered = values.name !== undefined;
const stages = stagesFor(files, { isFiltered });
// Each begins when the one before it has ended.
const { passed, failed, skipped } = await reportTests(stages.values().map(start), {
  processes: stages.flat(),
  isFiltered,
  slowest: Number(process.env["PERDURE_SLOWEST"] ?? 0),
});
if (failed > 0 || passed === 0) process.exitCode = 1;
await server?.stop();
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);

function start(processes: readonly TestProcess[]): ReturnType<typeof run> {
  const stuck = new AbortController();
  const events = run({
    files: processes.map(({ path }) => resolve(path)),
    concurrency,
    timeout: testTimeoutMs,
    signal: stuck.signal,
    execArgv: files.length > 1 ? ["--import", import.meta.resolve("./untracked-promises.ts")] : [],
    ...(values.name !== undefined && { testNamePatterns: [new RegExp(RegExp.escape(values.name))] }),
  });
  // node:test waits for ever for a file that leaves a handle open.
  const silence = setTimeout(() => {
    stuck.abort(
      new Error(`nothing has happened for ${silenceMs / 1000} s: was a timer, a socket or a store left open?`),
    );
  }, silenceMs);
  events.on("test:complete", () => silence.refresh());
  events.once("end", () => clearTimeout(silence));
  return events;
}

function testFilesAt(path: string): string[] {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const found = globSync(isFolder ? join(path, "**/*.test.ts") : path).toSorted();
  if (found.length === 0) console.error(`There is no test file at ${path}.`);
  return found;
}
