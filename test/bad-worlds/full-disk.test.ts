import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import type { FullDiskArgument, FullDiskReport } from "./programs/full-disk.ts";

// A file system of the process's own, which goes with it.
const ownFileSystem = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"];
const mountThere = 'mount -t tmpfs -o size=1m tmpfs "$0" && exec "$@"';

const canMount = succeeds([...ownFileSystem, mountThere, tmpdir(), "true"]);
const canLimit = succeeds(["prlimit", "--version"]);
const worlds = [
  { by: "no space", refusal: /full/, skip: !canMount && "no right to mount a file system" },
  { by: "size limit", refusal: /disk I\/O error/, skip: !canLimit && "there is no prlimit here" },
] as const;

for (const { by, refusal, skip } of worlds) {
  test(`a disk that is full for less than a lease costs nothing but time (${by})`, { skip }, async () => {
    const report = await run({ by, leaseMs: 60_000 });
    assert.match(report.refused, refusal);
    assert.equal(report.statusMeanwhile, "running");
    assert.deepEqual(report.results, [[4, 8], "done"]);
    assert.deepEqual(report.attempts, [1, 1], "its end was stored later, and it was not executed again");
    assert.ok(report.resent > 0);
    assert.equal(report.isSameNode, true);
    assert.equal(report.integrity, "ok");
  });

  test(
    `a disk that is full for longer than a lease makes the node begin anew, and nothing fail (${by})`,
    { skip },
    async () => {
      const report = await run({ by, leaseMs: 1_000 });
      assert.match(report.refused, refusal);
      assert.equal(report.statusMeanwhile, "running");
      assert.deepEqual(report.results, [[4, 8], "done"]);
      assert.deepEqual(report.attempts, [1, 2, 1], "what was not stored in time is done again, once");
      assert.equal(report.isSameNode, false);
      assert.equal(report.integrity, "ok");
    },
  );
}

async function run(world: Omit<FullDiskArgument, "folder">): Promise<FullDiskReport> {
  const folder = mkdtempSync(join(tmpdir(), "perdure-full-"));
  try {
    const program = join(import.meta.dirname, "programs/full-disk.ts");
    const command = [process.execPath, program, JSON.stringify({ ...world, folder })];
    const inside = world.by === "no space" ? [...ownFileSystem, mountThere, folder, ...command] : command;
    const child = spawn(inside[0] as string, inside.slice(1), { stdio: ["ignore", "pipe", "pipe"] });
    const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
    assert.equal(code, 0, errors);
    return JSON.parse(output) as FullDiskReport;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function succeeds([command = "", ...rest]: readonly string[]): boolean {
  return spawnSync(command, rest).status === 0;
}
