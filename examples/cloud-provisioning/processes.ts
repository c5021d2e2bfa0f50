import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

export interface ProcessOptions {
  /** Relative to this folder. */
  readonly script: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Another Node process, which prints one line when it is ready, and ends when its standard input does. */
export class NodeProcess implements AsyncDisposable {
  readonly #options: ProcessOptions;
  #child: ChildProcess | undefined;

  constructor(options: ProcessOptions) {
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves with the line that the process prints when it is ready. */
  async start(): Promise<string> {
    const { script, args, env } = this.#options;
    const child = spawn(process.execPath, [join(import.meta.dirname, script), ...args], {
      env: { ...process.env, ...env },
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#child = child;
    const exited = once(child, "exit").then(([code]) => {
      throw new Error(`${script} ended with code ${String(code)} before it was ready.`);
    });
    const [line] = (await Promise.race([once(createInterface(child.stdout), "line"), exited])) as [string];
    exited.catch(() => {}); // From here on its end is no news.
    return line;
  }

  async kill(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    if (this.#child === undefined || !this.isRunning) return;
    const exited = once(this.#child, "exit");
    this.#child.kill(signal);
    await exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill("SIGTERM");
  }
}
