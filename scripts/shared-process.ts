// A process that runs the tests of many files, one file after the other: Node and the library are loaded once for all.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

const announcement = "the tests of ";

/** Writes a program that runs them, and gives its path: node:test starts programs by their path alone. */
export function writeSharedProcess(files: readonly string[]): string {
  const path = join((folder ??= temporaryFolder()), `${(written += 1)}.mjs`);
  const self = JSON.stringify(import.meta.url);
  writeFileSync(path, `import { runInTurn } from ${self};\nawait runInTurn(${JSON.stringify(files)});\n`);
  return path;
}

let folder: string | undefined;
let written = 0;

function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), "perdure-tests-"));
  process.once("exit", () => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Which file's tests are next, if that is what a test is there to say; it fails if the file could not be imported. */
export function announcedFile(name: string): string | undefined {
  return name.startsWith(announcement) ? name.slice(announcement.length) : undefined;
}

/** Registers the tests of all files before the first of them begins. */
export async function runInTurn(files: readonly string[]): Promise<void> {
  const registered = Promise.withResolvers<void>();
  const errors = new Map<string, unknown>();
  for (const file of files) {
    test(announcement + file, async () => {
      await registered.promise;
      if (errors.has(file)) throw errors.get(file);
    });
    await import(pathToFileURL(file).href).catch((error: unknown) => errors.set(file, error));
  }
  registered.resolve();
}
