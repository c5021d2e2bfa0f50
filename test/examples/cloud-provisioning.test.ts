import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

const program = join(import.meta.dirname, "../../examples/cloud-provisioning/main.ts");

async function run(args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const directory = mkdtempSync(join(tmpdir(), "perdure-example-"));
  try {
    const child = spawn(process.execPath, [program, ...args, "--directory", directory], { stdio: "pipe" });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const [code] = (await once(child, "close")) as [number | null];
    return { code, output };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

test("the main job survives a SIGKILL in the middle, and provisions nothing twice", { timeout: 90_000 }, async () => {
  const { code, output } = await run([]);
  assert.equal(code, 0, output);
  assert.match(output, /✓ 0 attempts to provision twice/);
  assert.match(output, /✓ 0 of those \d+ were executed again/);
  assert.match(output, /reporting: refused by the cloud \(ImageNotFound\), 0 resources left/);
  assert.doesNotMatch(output, /✗/);
});

test("a request that is not one is refused with what is wrong with it", async () => {
  const { code, output } = await run([join(import.meta.dirname, "../../package.json")]);
  assert.equal(code, 2, output);
  assert.match(output, /package\.json cannot be used/);
});
