// What `npm test` runs, on a laptop and in CI alike: every check, then the tests; it stops at the first that fails.
import { spawnSync } from "node:child_process";

const stages = [
  "check:format",
  "build",
  "check:types",
  "check:lint",
  "check:imports",
  "check:unused",
  "check:docs",
  "check:package",
  "test:only",
] as const;

for (const stage of stages) {
  const isTests = stage === "test:only";
  const startedAt = performance.now();
  // The tests report as they go; a check has something to say only when it fails.
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--run", stage], {
    stdio: isTests ? "inherit" : "pipe",
    encoding: "utf8",
  });
  if (!isTests) console.log(`${stage.padEnd(14)} ${((performance.now() - startedAt) / 1000).toFixed(1).padStart(5)} s`);
  if (status === 0) continue;
  if (!isTests) console.log(`\n${stdout}${stderr}\nStopped at ${stage}. To repeat: npm run ${stage}`);
  process.exitCode = 1;
  break;
}
