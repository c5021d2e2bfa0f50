// One line per test file, everything about a failure, and what a test prints as it prints it.
import { once } from "node:events";
import { relative } from "node:path";
import type { EventData, run } from "node:test";
import { inspect, styleText } from "node:util";

type TestStream = ReturnType<typeof run>;
type Result = EventData.TestPass | EventData.TestFail;

export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

interface FileReport extends Tally {
  readonly file: string;
  readonly failures: string[];
  /** Where the stream is: a test's name under those of the tests around it. */
  readonly path: string[];
  durationMs: number;
}

interface Options {
  /** Only some tests are wanted, so a file in which none ran is no mistake. */
  readonly isFiltered: boolean;
  /** How many of the slowest tests to list at the end. */
  readonly slowest: number;
}

/** Prints the events of a test run, file by file, until it ends; answers how many tests passed. */
export async function reportTests(events: TestStream, options: Options): Promise<Tally> {
  const startedAt = performance.now();
  const total: Tally = { passed: 0, failed: 0, skipped: 0 };
  const timings: { readonly title: string; readonly ms: number }[] = [];
  const repeatCommands: string[] = [];
  let current: FileReport | undefined;

  const finishFile = (): void => {
    if (current === undefined) return;
    printFile(current);
    total.passed += current.passed;
    total.failed += current.failed;
    total.skipped += current.skipped;
    current = undefined;
  };
  const reportOf = (data: object): FileReport => {
    const file = fileOf(data);
    if (current?.file !== file) finishFile();
    return (current ??= { file, failures: [], path: [], passed: 0, failed: 0, skipped: 0, durationMs: 0 });
  };
  const record = (data: Result): void => {
    const report = reportOf(data);
    const isWholeFile = fileOf({ file: data.name }) === report.file;
    if (data.nesting === 0 && !isWholeFile) report.durationMs += data.details.duration_ms;
    const outcome = outcomeOf(data, options);
    if (outcome === undefined) return;
    report[outcome] += 1;
    const title = isWholeFile ? "(the file itself)" : [...report.path.slice(0, data.nesting), data.name].join(" > ");
    if (!isWholeFile) timings.push({ title: `${report.file}: ${title}`, ms: data.details.duration_ms });
    if (outcome !== "failed") return;
    report.failures.push(`${title} (${duration(data.details.duration_ms)})\n${detail(data, options)}`);
    repeatCommands.push(repeatCommand(report.file, isWholeFile ? undefined : data.name));
  };

  events.on("test:start", (data) => reportOf(data).path.splice(data.nesting, Infinity, data.name));
  events.on("test:pass", record);
  events.on("test:fail", record);
  for (const stream of ["test:stdout", "test:stderr"] as const) {
    events.on(stream, (data: EventData.TestStdout) => {
      reportOf(data);
      process.stdout.write(data.message);
    });
  }
  // Warnings of node:test about a file, such as work that a test left behind; its closing statistics name no file.
  events.on("test:diagnostic", (data) => {
    if (data.file !== undefined) console.log(`  ${styleText("yellow", data.message)}`);
  });
  events.resume();
  await once(events, "end");
  finishFile();

  for (const { title, ms } of timings.toSorted((a, b) => b.ms - a.ms).slice(0, options.slowest)) {
    console.log(`${duration(ms).padStart(9)}  ${title}`);
  }
  if (repeatCommands.length > 0) console.log(`\nTo repeat:\n  ${repeatCommands.join("\n  ")}`);
  console.log(`\nTests took ${duration(performance.now() - startedAt)}.`);
  return total;
}

function outcomeOf(data: Result, options: Options): keyof Tally | undefined {
  const isSuite = data.details.type === "suite";
  if (data.skip !== undefined || data.todo !== undefined) return isSuite ? undefined : "skipped";
  const error = errorOf(data);
  if (error !== undefined) return error.failureType === "subtestsFailed" ? undefined : "failed";
  // node:test reports a file as a passed test when it contains none.
  if (fileOf({ file: data.name }) === fileOf(data)) return options.isFiltered ? undefined : "failed";
  return isSuite ? undefined : "passed";
}

function detail(data: Result, options: Options): string {
  const error = errorOf(data);
  if (error === undefined) return options.isFiltered ? "" : "it contains no test";
  if (error.exitCode !== undefined) return `its process ended with ${error.signal ?? `exit code ${error.exitCode}`}`;
  const cause = error.cause ?? error;
  // An assertion's message is its diff; inspecting it would print both values once more.
  const text = cause instanceof Error && cause.name === "AssertionError" ? String(cause.stack) : inspect(cause);
  return text.replaceAll(/\n\s+at [^\n]*?\(?node:(?:internal|async_hooks)[^\s)]*\)?/g, "");
}

/** What node:test attaches to a failure: it wraps the test's own error as `cause`. */
interface TestFailure extends Error {
  readonly failureType?: string;
  readonly exitCode?: number | null;
  readonly signal?: string | null;
}

function errorOf(data: Result): TestFailure | undefined {
  return "error" in data.details ? data.details.error : undefined;
}

/** The file that node runs: `file` alone says where test() was called, another file when a suite is shared. */
function fileOf(data: { readonly entryFile?: string; readonly file?: string }): string {
  return relative(".", data.entryFile ?? data.file ?? ".");
}

function printFile({ file, passed, failed, skipped, durationMs, failures }: FileReport): void {
  const mark = failed > 0 ? styleText("red", "✖") : styleText("green", "✔");
  const counts = [`${passed} passed`, failed > 0 && `${failed} failed`, skipped > 0 && `${skipped} skipped`];
  console.log(`${mark} ${file}  ${counts.filter(Boolean).join(", ")}  ${styleText("gray", duration(durationMs))}`);
  for (const failure of failures) console.log(`\n  ${styleText("red", "✖")} ${failure.replaceAll("\n", "\n    ")}\n`);
}

function repeatCommand(file: string, name: string | undefined): string {
  const filter = name === undefined ? "" : ` --name '${name.replaceAll("'", String.raw`'\''`)}'`;
  return `npm run test:only -- ${file}${filter}`;
}

function duration(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
