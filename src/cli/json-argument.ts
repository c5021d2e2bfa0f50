import { readFileSync } from "node:fs";
import { CliError, exitCodes } from "./exit-codes.ts";
import type { Terminal } from "./terminal.ts";

/** Reads a value from an argument: JSON, `@file` with JSON in it, or `-` for standard input. Nothing means null. */
export async function jsonArgument(terminal: Terminal, argument: string | undefined, what: string): Promise<unknown> {
  if (argument === undefined) return null;
  const text = argument === "-" ? await terminal.readInput() : fileOrText(argument);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new CliError(exitCodes.usage, `${what} has to be JSON. A text needs quotes of its own: '"like this"'.`);
  }
}

function fileOrText(argument: string): string {
  if (!argument.startsWith("@")) return argument;
  try {
    return readFileSync(argument.slice(1), "utf8");
  } catch (error) {
    throw new CliError(exitCodes.usage, `${argument.slice(1)} cannot be read: ${(error as Error).message}`);
  }
}
