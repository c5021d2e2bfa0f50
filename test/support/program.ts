import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** All that it printed. */
  readonly output: string;
}

export interface RunningProgram extends AsyncDisposable {
  readonly pid: number;
  readonly ended: Promise<ProgramEnd>;
  /** Resolves when it has printed a line with this text; rejects if it ends without. */
  printed(text: string): Promise<string>;
  kill(signal: NodeJS.Signals): void;
}

interface Options {
  readonly cwd?: string;
  readonly nodeFlags?: readonly string[];
  /** Default: what the tests themselves use. */
  readonly compileCache?: string;
}

/** Runs a program of the tests in a process of its own, with JSON as its one argument. */
export function startProgram(
  path: string,
  argument: unknown = null,
  { nodeFlags = [], compileCache = sharedCache(), ...where }: Options = {},
): RunningProgram {
  const child = spawn(process.execPath, [...nodeFlags, path, JSON.stringify(argument)], {
    ...where,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
  });
  const lines: string[] = [];
  const listeners = new Set<() => void>();
  const note = (line: string): void => {
    lines.push(line);
    for (const listener of listeners) listener();
  };
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", note);
  let hasEnded = false;
  const ended = once(child, "close").then(([code, signal]): ProgramEnd => {
    hasEnded = true;
    for (const listener of listeners) listener();
    return { code: code as number | null, signal: signal as NodeJS.Signals | null, output: lines.join("\n") };
  });
  return {
    pid: child.pid as number,
    ended,
    printed: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const line = lines.find((one) => one.includes(text));
          if (line === undefined && !hasEnded) return;
          listeners.delete(look);
          if (line === undefined) reject(new Error(`${path} ended without printing "${text}":\n${lines.join("\n")}`));
          else resolve(line);
        };
        listeners.add(look);
        look();
      }),
    kill: (signal) => void child.kill(signal),
    async [Symbol.asyncDispose]() {
      if (!hasEnded) child.kill("SIGKILL");
      await ended;
    },
  };
}

// Most of what a short program does is to read the sources that the one before it has read.
const sharedCache = () => process.env["NODE_COMPILE_CACHE"] ?? join(tmpdir(), "perdure-test-compiled");

export async function runProgram(path: string, argument: unknown = null): Promise<ProgramEnd> {
  await using program = startProgram(path, argument);
  return await program.ended;
}
