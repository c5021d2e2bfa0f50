import { PerdureError } from "../errors/index.ts";

/** What the process ends with; documented in docs/reference/command-line.md. */
export const exitCodes = {
  ok: 0,
  /** It did not work: the message says why. */
  failed: 1,
  /** The call was wrong, or not confirmed: nothing was done. */
  usage: 2,
  /** There is no such instance, or no such store. */
  notFound: 3,
  /** `check` or `doctor` found something. */
  findings: 4,
  /** It is in the wrong state for that: it has ended, or has not, or the id is in use. */
  conflict: 5,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CliError) return error.exitCode;
  if (!(error instanceof PerdureError)) return exitCodes.failed;
  return codes.get(error.code) ?? (error.category === "configuration" ? exitCodes.usage : exitCodes.failed);
}

/** Something that the command line itself has to say. */
export class CliError extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

const codes: ReadonlyMap<string, ExitCode> = new Map<string, ExitCode>([
  ["INSTANCE_NOT_FOUND", exitCodes.notFound],
  ["INSTANCE_EXISTS", exitCodes.conflict],
  ["INSTANCE_ENDED", exitCodes.conflict],
  ["INSTANCE_RUNNING", exitCodes.conflict],
  ["MAILBOX_FULL", exitCodes.conflict],
]);
