import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { promisify } from "node:util";

export const examples = join(import.meta.dirname, "../../examples");

interface RunOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** What an example prints. It must end well, and write nothing to standard error. */
export async function linesOf(example: string, { args = [], env: more = {} }: RunOptions = {}): Promise<string[]> {
  const { PERDURE_LOG: _log, NODE_TEST_CONTEXT: _context, ...env } = process.env;
  const program = join(examples, example, "main.ts");
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [program, ...args], {
    env: { ...env, ...more },
  });
  assert.equal(stderr, "");
  return stdout.trimEnd().split("\n");
}

export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "perdure-example-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
