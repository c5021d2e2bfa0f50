// What `npm test` runs, on a laptop and in CI alike: every check, then the tests; it stops where one fails.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

/** The checks of a row run side by side; those of the second one read what the build has written. */
const checks = [
  ["build", "check:format", "check:imports"],
  ["check:lint", "check:types", "check:unused", "check:docs", "check:package"],
] as const;

interface Checked {
  readonly check: string;
  readonly isOk: boolean;
  readonly said: string;
}

for (const row of checks) {
  const failed = (await Promise.all(row.map(run))).filter(({ isOk }) => !isOk);
  for (const { check, said } of failed) console.log(`\n${said}\nStopped at ${check}. To repeat: npm run ${check}`);
  if (failed.length > 0) process.exit(1);
}
process.exitCode = spawnSync(process.execPath, ["--run", "test:only"], { stdio: "inherit" }).status ?? 1;

/** What a check prints matters only if it fails. */
async function run(check: string): Promise<Checked> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, ["--run", check], { stdio: ["ignore", "pipe", "pipe"] });
  const said = Promise.all([text(child.stdout), text(child.stderr)]);
  const [status] = (await once(child, "close")) as [number | null];
  console.log(`${check.padEnd(14)} ${((performance.now() - startedAt) / 1000).toFixed(1).padStart(5)} s`);
  return { check, isOk: status === 0, said: (await said).join("") };
}
