import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { build } from "esbuild";
import type { VictimArgument } from "./programs/victim.ts";

/** The program that is killed, in one file: a process that reads 300 of them takes twice as long to begin. */
export class Victim implements Disposable {
  readonly #folder: string;

  static async build(): Promise<Victim> {
    const folder = mkdtempSync(join(tmpdir(), "perdure-victim-"));
    await build({
      entryPoints: [join(import.meta.dirname, "programs/victim.ts")],
      outfile: join(folder, "victim.mjs"),
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node24",
      external: ["pg-native"],
      // What is not a module inside of the bundle asks for Node's own modules this way.
      banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
      logLevel: "error",
    });
    return new Victim(folder);
  }

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Gives whether it was killed, which it is unless it has done all that there was to do. */
  async run(argument: VictimArgument): Promise<boolean> {
    const child = spawn(process.execPath, [join(this.#folder, "victim.mjs"), JSON.stringify(argument)], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NODE_COMPILE_CACHE: join(this.#folder, "compiled") },
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
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const stuckAfterMs = 60_000;
