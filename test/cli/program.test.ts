import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

const root = join(import.meta.dirname, "../..");
const main = join(root, "dist/cli/main.js");

test("the built program runs as package.json names it, and ends with its exit code", () => {
  const { bin, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    bin: { perdure: string };
    version: string;
  };
  assert.equal(join(root, bin.perdure), main);
  assert.match(readFileSync(main, "utf8"), /^#!\/usr\/bin\/env node\n/);
  assert.equal(execFileSync(process.execPath, [main, "--perdure-version"], { encoding: "utf8" }), `${version}\n`);
  const folder = mkdtempSync(join(tmpdir(), "perdure-cli-"));
  try {
    const call = (...args: string[]) => spawnSync(process.execPath, [main, ...args], { cwd: folder, encoding: "utf8" });
    assert.equal(call("list", "--store", "app.db").status, 3);
    assert.equal(call("migrate", "--store", "app.db").status, 0);
    assert.equal(call("start", "order", "--id", "a", "--store", "app.db").stdout, "a\n");
    assert.equal(call("doctor", "--store", "app.db").status, 4);
    assert.equal(call("terminate", "a", "--store", "app.db").status, 2);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
