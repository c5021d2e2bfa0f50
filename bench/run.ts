// npm run bench -- [--only name,name] [--short] [--store sqlite|postgres|all] [--json file] [--rounds N] [--compare revision]
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startPostgres } from "../test/support/postgres-server.ts";
import { compareRevisions } from "./support/compare.ts";
import type { StoreKind } from "./support/open-store.ts";
import { printReport } from "./support/report.ts";
import { type Plan, type Report, runWorkload } from "./support/run-workload.ts";
import { workloads } from "./workloads/index.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    store: { type: "string", default: "sqlite" },
    short: { type: "boolean", default: false },
    json: { type: "string" },
    compare: { type: "string" },
    rounds: { type: "string" },
  },
});
const only = values.only?.split(",");
const unknown = only?.filter((name) => !workloads.some((workload) => workload.name === name)) ?? [];
if (unknown.length > 0) {
  console.error(
    `There is no workload ${unknown.join(", ")}. There are: ${workloads.map(({ name }) => name).join(", ")}.`,
  );
  process.exit(1);
}
const kinds: readonly StoreKind[] = (["sqlite", "postgres"] as const).filter(
  (kind) => values.store === kind || values.store === "all",
);
// Unlike in the tests, a commit has to reach the disk.
const server = kinds.includes("postgres") ? await startPostgres({ isDurable: true }) : null;
const root = join(import.meta.dirname, "..");
const plan: readonly Plan[] = kinds.flatMap((store) =>
  workloads
    .filter(({ name, stores }) => stores.includes(store) && only?.includes(name) !== false)
    .map(({ name }) => ({
      name,
      store,
      isShort: values.short,
      url: store === "postgres" ? (server?.url ?? null) : null,
    })),
);

console.log(
  `${cpus().length} x ${cpus()[0]?.model ?? "cpu"}, ${Math.round(totalmem() / 2 ** 30)} GB, Linux ${release()}, ` +
    `Node ${process.versions.node}, SQLite ${process.versions["sqlite"]}, ${revision()}\n` +
    "Durability: SQLite in WAL with synchronous=FULL; PostgreSQL with fsync and synchronous_commit on.",
);

if (values.compare !== undefined) {
  compareRevisions({ root, revision: values.compare, plan, rounds: Number(values.rounds ?? 5) });
} else {
  const reports: Report[] = [];
  for (const workload of plan) {
    const rounds = Array.from({ length: Number(values.rounds ?? 1) }, () => runWorkload(root, workload));
    reports.push(...rounds);
    printReport(rounds);
  }
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(reports, null, 2)}\n`);
}
await server?.stop();

function revision(): string {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();
  try {
    const isChanged = git("status", "--porcelain", "src") !== "";
    return `revision ${git("rev-parse", "--short", "HEAD")}${isChanged ? " and changes" : ""}`;
  } catch {
    return "revision unknown";
  }
}
