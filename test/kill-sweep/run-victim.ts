import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type BundledProgram, bundleProgram } from "../support/bundle.ts";
import type { VictimArgument } from "./programs/victim.ts";

/** The program that is killed. */
export class Victim implements Disposable {
  readonly #program: BundledProgram;

  static async build(): Promise<Victim> {
    return new Victim(await bundleProgram(join(import.meta.dirname, "programs/victim.ts")));
  }

  private constructor(program: BundledProgram) {
    this.#program = program;
  }

  /** Gives whether it was killed, which it is unless it has done all that there was to do. */
  async run(argument: VictimArgument): Promise<boolean> {
    const { path, compileCache } = this.#program;
    const child = spawn(process.execPath, [path, JSON.stringify(argument)], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
    });
    const stuck = setTimeout(() => child.kill("SIGTERM"), stuckAfterMs);
    const [stdout, stderr, [code, signal]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>,
    ]);
    clearTimeout(stuck);
    assert.ok(code === 0 || signal === "SIGKILL", `The victim ended with ${code ?? signal}:\n${stdout}${stderr}`);
    return signal === "SIGKILL";
  }

  [Symbol.dispose](): void {
    this.#program[Symbol.dispose]();
  }
}

const stuckAfterMs = 60_000;
