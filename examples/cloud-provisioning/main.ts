import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs, styleText } from "node:util";
import { Client } from "perdure";
import { serveDashboard } from "perdure/http";
import { SqliteProvider } from "perdure/sqlite";
import { CloudClient } from "./cloud/client.ts";
import { type Job, readJob } from "./job.ts";
import { LiveView } from "./live-view.ts";
import { isEnded, observe, refsAt, type Snapshot } from "./observe.ts";
import { approvals, provisionEnvironment } from "./orchestrations.ts";
import { outcomeOf } from "./outcome.ts";
import { NodeProcess } from "./processes.ts";
import { type Crash, readHistories } from "./recovery.ts";
import { report } from "./report.ts";

// Starts a cloud and a worker, has the worker provision some environments, kills it in the middle, starts it again,
// and shows what came of it. `node main.ts [request.json...] [--no-crash] [--keep] [--seed n] [--directory path]`
const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  allowNegative: true,
  options: {
    crash: { type: "boolean", default: true },
    keep: { type: "boolean", default: false },
    seed: { type: "string", default: "1" },
    directory: { type: "string", default: join(import.meta.dirname, ".perdure") },
  },
});
const files = positionals.length > 0 ? positionals : ["web-shop", "small", "doomed"].map((n) => `requests/${n}.json`);
const jobs = await Promise.all(files.map(readJob)).catch((error: Error) => {
  console.error(error.message);
  process.exit(2);
});

const { directory } = flags;
if (!flags.keep) await rm(directory, { recursive: true, force: true });
await mkdir(directory, { recursive: true });
const database = join(directory, "perdure.db");

const view = new LiveView();
await using provider = await SqliteProvider.open(database);
const client = new Client(provider);
await using cloudProcess = new NodeProcess({ script: "cloud/main.ts", args: [directory, "--seed", flags.seed] });
const cloudUrl = await cloudProcess.start();
await using worker = new NodeProcess({ script: "worker.ts", args: [database], env: { CLOUD_URL: cloudUrl } });
await worker.start();
view.log("demo", `cloud (pid ${cloudProcess.pid}) and worker (pid ${worker.pid}) are running`);

await using dashboard = await serveDashboard({ provider });
view.log("demo", `watch it in a browser, while it runs: ${dashboard.loginUrl()}`);

const started = await Promise.all(
  jobs.map(async (job) => {
    const handle = await client.start(provisionEnvironment, job.request, { instanceId: job.name });
    return { job, handle };
  }),
);
const isCrashExpected = flags.crash && !(await observeAll()).every(isEnded); // With --keep all may have ended already.
const crash = await watch();
view.close();

const ended = await Promise.all(
  started.map(async ({ job, handle }) => ({ job, outcome: await outcomeOf(handle.result({ timeout: "10s" })) })),
);
const histories = await readHistories(client, jobs);
const ledger = await new CloudClient(cloudUrl).ledger();
if (!report({ ended, histories, ledger, crash, isCrashExpected })) process.exitCode = 1;

/** Follows all jobs to their end; approves what waits for it; kills the worker on the way. */
async function watch(): Promise<Crash | undefined> {
  let crash: Crash | undefined;
  const asked = new Set<Job>();
  const giveUpAt = Date.now() + 120_000;
  for (;;) {
    const snapshots = await observeAll();
    view.show(snapshots);
    if (snapshots.every(isEnded)) return crash;
    for (const { job, phase } of snapshots) {
      if (phase !== "waiting for approval" || asked.has(job)) continue;
      asked.add(job);
      void approveAfterThought(job);
    }
    if (!worker.isRunning) throw new Error("The worker has ended, and nobody killed it.");
    if (Date.now() > giveUpAt) throw new Error("The requests do not come to an end.");
    if (flags.crash && crash === undefined && isMidway(snapshots)) crash = await crashWorker();
    await sleep(100);
  }
}

async function observeAll(): Promise<Snapshot[]> {
  return await Promise.all(jobs.map((job) => observe(client, job)));
}

async function approveAfterThought({ name }: Job): Promise<void> {
  await sleep(1500);
  await client.send(name, approvals, { isGranted: true, by: "Ada" });
  view.log(name, styleText("cyan", "approved by Ada"));
}

/** Of the largest environment that is not ended, some resources exist, some are being created, some not begun. */
function isMidway(snapshots: readonly Snapshot[]): boolean {
  const open = snapshots.filter((snapshot) => !isEnded(snapshot));
  const [largest] = open.toSorted((a, b) => b.job.resources.length - a.job.resources.length);
  if (largest === undefined) return false;
  const share = refsAt("ready", largest).length / largest.job.resources.length;
  return share > 0.4 && refsAt("creating", largest).length > 0;
}

async function crashWorker(): Promise<Crash> {
  await worker.kill("SIGKILL");
  view.log("demo", styleText(["red", "bold"], "worker killed with SIGKILL"));
  const histories = await readHistories(client, jobs);
  await sleep(700); // Long enough for what was under way to reach the cloud, and to be seen.
  const restartedAt = Date.now();
  await worker.start();
  view.log("demo", `worker started again (pid ${worker.pid}); it takes over what the dead one had`);
  return { histories, restartedAt };
}
