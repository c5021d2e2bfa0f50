// One line per test file, everything about a failure, and what a test prints as it prints it.
import { once } from "node:events";
import { relative } from "node:path";
import type { EventData, run } from "node:test";
import { inspect, styleText } from "node:util";
import { announcedFile } from "./shared-process.ts";
import type { TestProcess } from "./test-processes.ts";

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
  readonly processes: readonly TestProcess[];
  /** Only some tests are wanted, so a file in which none ran is no mistake. */
  readonly isFiltered: boolean;
  /** How many of the slowest tests to list at the end. */
  readonly slowest: number;
}

/** Prints the events of one test run after the other, file by file, until they end; answers how many tests passed. */
export async function reportTests(runs: Iterable<TestStream>, options: Options): Promise<Tally> {
  const startedAt = performance.now();
  const total: Tally = { passed: 0, failed: 0, skipped: 0 };
  const timings: { readonly title: string; readonly ms: number }[] = [];
  const repeatCommands: string[] = [];
  const shared = new Map(options.processes.filter(isShared).map((process) => [relative(".", process.path), process]));
  const unheardOf = new Set(options.processes.flatMap(({ files }) => files));
  /** Which file's tests a process is at. */
  const places = new Map<string, string>();
  let current: FileReport | undefined;

  const fileOf = (data: Origin): string => {
    const path = entryOf(data);
    return places.get(path) ?? shared.get(path)?.files[0] ?? path;
  };
  const finishFile = (): void => {
    if (current === undefined) return;
    unheardOf.delete(current.file);
    if (current.passed + current.failed + current.skipped === 0 && !options.isFiltered) {
      current.failed = 1;
      current.failures.push("it contains no test");
      repeatCommands.push(repeatCommand([current.file]));
    }
    printFile(current);
    total.passed += current.passed;
    total.failed += current.failed;
    total.skipped += current.skipped;
    current = undefined;
  };
  const reportOf = (data: Origin): FileReport => {
    const file = fileOf(data);
    if (current?.file !== file) finishFile();
    return (current ??= { file, failures: [], path: [], passed: 0, failed: 0, skipped: 0, durationMs: 0 });
  };
  const announcedBy = (data: Origin & { readonly nesting: number; readonly name: string }): string | undefined =>
    data.nesting === 0 && shared.has(entryOf(data)) ? announcedFile(data.name) : undefined;
  const record = (data: Result): void => {
    const report = reportOf(data);
    const isProcess = entryOf({ file: data.name }) === entryOf(data);
    const isFile = isProcess || announcedBy(data) !== undefined;
    if (data.nesting === 0 && !isFile) report.durationMs += data.details.duration_ms;
    const outcome = outcomeOf(data);
    // node:test reports a file as a passed test when it contains none.
    if (outcome === undefined || (isFile && outcome === "passed")) return;
    report[outcome] += 1;
    const title = isFile ? "(the file itself)" : [...report.path.slice(0, data.nesting), data.name].join(" > ");
    if (!isFile) timings.push({ title: `${report.file}: ${title}`, ms: data.details.duration_ms });
    if (outcome !== "failed") return;
    report.failures.push(`${title} (${duration(data.details.duration_ms)})\n${detail(data)}`);
    // What a process did as a whole may have to do with any of its files.
    const files = (isProcess ? shared.get(entryOf(data))?.files : undefined) ?? [report.file];
    repeatCommands.push(repeatCommand(files, isFile ? undefined : data.name));
  };

  for (const events of runs) {
    events.on("test:start", (data) => {
      const announced = announcedBy(data);
      if (announced !== undefined) places.set(entryOf(data), announced);
      reportOf(data).path.splice(data.nesting, Infinity, data.name);
    });
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
  }
  for (const file of unheardOf) {
    total.failed += 1;
    repeatCommands.push(repeatCommand([file]));
    console.log(`${styleText("red", "✖")} ${file}  its tests did not run`);
  }

  for (const { title, ms } of timings.toSorted((a, b) => b.ms - a.ms).slice(0, options.slowest)) {
    console.log(`${duration(ms).padStart(9)}  ${title}`);
  }
  if (repeatCommands.length > 0) console.log(`\nTo repeat:\n  ${repeatCommands.join("\n  ")}`);
  console.log(`\nTests took ${duration(performance.now() - startedAt)}.`);
  return total;
}

function outcomeOf(data: Result): keyof Tally | undefined {
  const isSuite = data.details.type === "suite";
  if (data.skip !== undefined || data.todo !== undefined) return isSuite ? undefined : "skipped";
  const error = errorOf(data);
  if (error !== undefined) return error.failureType === "subtestsFailed" ? undefined : "failed";
  return isSuite ? undefined : "passed";
}

function detail(data: Result): string {
  const error = errorOf(data);
  if (error === undefined) return "";
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

interface Origin {
  readonly entryFile?: string | undefined;
  readonly file?: string | undefined;
}

/** The file that node runs: `file` alone says where test() was called, another file when a suite is shared. */
function entryOf(data: Origin): string {
  return relative(".", data.entryFile ?? data.file ?? ".");
}

const isShared = ({ files }: TestProcess): boolean => files.length > 1;

function printFile({ file, passed, failed, skipped, durationMs, failures }: FileReport): void {
  const mark = failed > 0 ? styleText("red", "✖") : styleText("green", "✔");
  const counts = [`${passed} passed`, failed > 0 && `${failed} failed`, skipped > 0 && `${skipped} skipped`];
  console.log(`${mark} ${file}  ${counts.filter(Boolean).join(", ")}  ${styleText("gray", duration(durationMs))}`);
  for (const failure of failures) console.log(`\n  ${styleText("red", "✖")} ${failure.replaceAll("\n", "\n    ")}\n`);
}

function repeatCommand(files: readonly string[], name?: string): string {
  const filter = name === undefined ? "" : ` --name '${name.replaceAll("'", String.raw`'\''`)}'`;
  return `npm run test:only -- ${files.join(" ")}${filter}`;
}

function duration(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
