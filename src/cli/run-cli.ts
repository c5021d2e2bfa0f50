import { CommanderError } from "commander";
import { PerdureError } from "../errors/index.ts";
import { CliError, type ExitCode, exitCodeOf, exitCodes } from "./exit-codes.ts";
import { programOf } from "./program.ts";
import { type Streams, Terminal } from "./terminal.ts";

/** Runs the command line, and gives what the process is to end with. Throws nothing. */
export async function runCli(
  args: readonly string[],
  { streams, signal }: { readonly streams: Streams; readonly signal: AbortSignal },
): Promise<ExitCode> {
  const terminal = new Terminal(streams);
  let exitCode: ExitCode = exitCodes.ok;
  const program = programOf({ terminal, signal, setExitCode: (code) => (exitCode = code) }, streams);
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    // Help was asked for, or the call was wrong: it has been said.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    terminal.note(terminal.paint("red", messageOf(error)));
    return exitCodeOf(error);
  }
}

function messageOf(error: unknown): string {
  if (error instanceof CliError) return error.message;
  if (!(error instanceof PerdureError)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : "";
  return `${error.message}${error.category === "infrastructure" ? cause : ""} [${error.code}]`;
}
