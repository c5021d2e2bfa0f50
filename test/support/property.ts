import { relative } from "node:path";
import fc, { type Parameters, type PluginInstance, type RunDetails } from "fast-check";

/** Options of a property test, whose failure names the one command that repeats it. */
export function repeatable<T>(testFile: string, numRuns: number): Parameters<T> {
  const { PERDURE_SEED: seed, PERDURE_PATH: path, PERDURE_RUNS: runs } = process.env;
  return {
    numRuns: runs === undefined ? numRuns : Number(runs),
    ...(seed !== undefined && { seed: Number(seed) }),
    ...(path !== undefined && { path }),
    plugins: [(): PluginInstance<T> => ({ onAllRunsComplete: (details) => report(details, testFile) })],
  };
}

function report<T>(details: RunDetails<T>, testFile: string): void {
  if (!details.failed) return;
  const { seed, counterexamplePath, errorInstance } = details;
  const command = `npm run test:only -- ${relative(process.cwd(), testFile)}`;
  const repeat = `PERDURE_SEED=${seed} PERDURE_PATH=${counterexamplePath ?? ""} ${command}`;
  throw new Error(`${fc.defaultReportMessage(details) ?? ""}\n\nRepeat it: ${repeat}`, { cause: errorInstance });
}
