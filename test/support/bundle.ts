import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { type BuildOptions, build } from "esbuild";

/** A program of the tests in one file: a process that reads 300 of them takes twice as long to begin. */
export interface BundledProgram extends Disposable {
  readonly path: string;
  /** Where to keep what Node compiles of it: nobody else will ever want it. */
  readonly compileCache: string;
}

/** For a program that is started many times. */
export async function bundleProgram(source: string): Promise<BundledProgram> {
  const folder = mkdtempSync(join(tmpdir(), "perdure-program-"));
  const name = basename(source, ".ts");
  await bundle({ entryPoints: { [name]: resolve(source) }, outdir: folder, external: ["pg-native"] });
  return {
    path: join(folder, `${name}.mjs`),
    compileCache: join(folder, "compiled"),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Modules for this Node, one for each entry point and some that they share. */
export async function bundle(options: BuildOptions): Promise<void> {
  await build({
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node24",
    outExtension: { ".js": ".mjs" },
    // What is not a module inside of the bundle asks for Node's own modules this way.
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
    logLevel: "error",
    ...options,
  });
}
