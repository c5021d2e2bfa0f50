// Which test files run in a process of their own, and which in one with others, and in which order.
import { matchesGlob } from "node:path";
import { writeSharedProcess } from "./shared-process.ts";

/** What node runs: a test file, or a program that runs several. */
export interface TestProcess {
  readonly path: string;
  readonly files: readonly string[];
}

/** To begin takes longer than most of these tests: Node and the library are loaded, and a schema is made. */
const together = [
  "test/{client,codec,definition,end-to-end,errors,history,http,inspection,management}/**",
  "test/{replay,runtime,testing,transfer,values}/**",
  "test/docs/{api,bad-worlds,configuration,errors,events,history,links,named-tests,provider-promises}.test.ts",
];

/** What looks at its process as a whole, or changes it. */
const alone = [
  "test/end-to-end/{guard,uncaught,promise-all}.test.ts",
  "test/replay/{memory,uncaught-errors,outside-turns,nondeterminism}.test.ts",
  "test/testing/replay-history.test.ts",
];

/** What is to be done within a time, and keeps all processors busy by itself. */
const first = ["test/simulation/simulation.test.ts"];

/** None of them may begin last, or it would run by itself. */
const long = [
  "test/simulation/**",
  "test/{kill-sweep,dashboard,chaos,docs}/**",
  "test/faults/quarantine.test.ts",
  "test/providers/postgres-*.test.ts",
];

const filesEach = 10;

/** What runs side by side, stage after stage. */
export function stagesFor(files: readonly string[], options: { readonly isFiltered: boolean }): TestProcess[][] {
  const [before, others] = [files.filter((file) => isIn(first, file)), files.filter((file) => !isIn(first, file))];
  return [before, others].filter(({ length }) => length > 0).map((stage) => processesFor(stage, options));
}

/** First those that share a process, because they soon have something to report. */
function processesFor(files: readonly string[], options: { readonly isFiltered: boolean }): TestProcess[] {
  const isSharing = (file: string) => !options.isFiltered && isIn(together, file) && !isIn(alone, file);
  const sharing = files.filter(isSharing);
  const own = files.filter((file) => !isSharing(file));
  const longest = own.filter((file) => isIn(long, file)).toSorted((a, b) => rank(a) - rank(b));
  return [
    ...inChunks(sharing).map((chunk) => ({ path: pathFor(chunk), files: chunk })),
    ...[...longest, ...own.filter((file) => !isIn(long, file))].map((file) => ({ path: file, files: [file] })),
  ];
}

const isIn = (globs: readonly string[], file: string) => globs.some((glob) => matchesGlob(file, glob));
const rank = (file: string) => long.findIndex((glob) => matchesGlob(file, glob));

function inChunks(files: readonly string[]): string[][] {
  const count = Math.ceil(files.length / filesEach);
  const chunks = Array.from({ length: count }, (): string[] => []);
  for (const [index, file] of files.entries()) chunks[Math.floor((index * count) / files.length)]?.push(file);
  return chunks;
}

function pathFor(files: readonly string[]): string {
  return files.length === 1 ? (files[0] as string) : writeSharedProcess(files);
}
