import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median } from "./percentiles.ts";
import { format } from "./report.ts";
import { type Plan, type Report, runWorkload } from "./run-workload.ts";

export interface Comparison {
  /** Of the working tree, which is compared as it is. */
  readonly root: string;
  readonly revision: string;
  readonly plan: readonly Plan[];
  readonly rounds: number;
}

/** Runs this bench on the sources of a revision and on those of the working tree, in turns, and prints the medians. */
export function compareRevisions({ root, revision, plan, rounds }: Comparison): void {
  const folder = mkdtempSync(join(tmpdir(), "perdure-compare-"));
  const other = join(folder, "tree");
  execFileSync("git", ["worktree", "add", "--detach", other, revision], { cwd: root, stdio: "ignore" });
  try {
    rmSync(join(other, "bench"), { recursive: true, force: true });
    cpSync(join(root, "bench"), join(other, "bench"), { recursive: true });
    symlinkSync(join(root, "node_modules"), join(other, "node_modules"));
    for (const workload of plan) compareOne({ root, other, revision, rounds }, workload);
  } finally {
    execFileSync("git", ["worktree", "remove", "--force", other], { cwd: root });
    rmSync(folder, { recursive: true, force: true });
  }
}

function compareOne(
  { root, other, revision, rounds }: Omit<Comparison, "plan"> & { readonly other: string },
  workload: Plan,
): void {
  const before: Report[] = [];
  const after: Report[] = [];
  for (let round = 0; round < rounds; round += 1) {
    before.push(runWorkload(other, workload));
    after.push(runWorkload(root, workload));
  }
  console.log(`\n${workload.name} on ${workload.store}: ${rounds} rounds in turns, medians`);
  console.log(`  ${"".padEnd(48)} ${revision.slice(0, 14).padStart(14)} ${"working tree".padStart(14)}`);
  for (const [index, { what, unit }] of (after[0] as Report).figures.entries()) {
    const old = median(before.map(({ figures }) => figures[index]?.value ?? Number.NaN));
    const now = median(after.map(({ figures }) => figures[index]?.value ?? Number.NaN));
    const cells = [old, now].map((value) => format({ value, unit }).padStart(14));
    console.log(`  ${what.padEnd(48)} ${cells.join(" ")}  x ${(now / old).toFixed(2)}`);
  }
}
