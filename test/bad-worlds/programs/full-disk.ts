// A node whose disk becomes full while it works and gets room again later; says as JSON what came of it.
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Client } from "../../../src/client/index.ts";
import { activity, orchestration } from "../../../src/definition/index.ts";
import { StorageError } from "../../../src/errors/index.ts";
import { consoleLogger } from "../../../src/observability/index.ts";
import { SqliteProvider } from "../../../src/providers/sqlite/index.ts";
import { Runtime } from "../../../src/runtime/index.ts";
import { RecordingLogger } from "../../support/recording-logger.ts";

export interface FullDiskArgument {
  readonly folder: string;
  /**
   * A file system without a free byte; or a limit to how long files may become, which SQLite takes for a broken disk.
   */
  readonly by: "no space" | "size limit";
  readonly leaseMs: number;
}

export interface FullDiskReport {
  readonly refused: string;
  readonly statusMeanwhile: string;
  readonly attempts: readonly number[];
  readonly results: readonly unknown[];
  readonly isSameNode: boolean;
  readonly integrity: unknown;
  readonly resent: number;
}

const { folder, by, leaseMs } = JSON.parse(process.argv[2] as string) as FullDiskArgument;
const file = join(folder, "app.db");
const ballast = join(folder, "ballast");

const begun = Promise.withResolvers<void>();
const finish = Promise.withResolvers<void>();
const attempts: number[] = [];
const work = activity("work", async (ctx, text: string) => {
  attempts.push(ctx.attempt);
  begun.resolve();
  await finish.promise;
  return text.length;
});
const caller = orchestration("caller", async (ctx, text: string) => [
  await ctx.activity(work, text),
  await ctx.activity(work, text + text),
]);
const quick = orchestration("quick", async () => "done");

const log = new RecordingLogger(consoleLogger({ level: "error" }));
await using provider = await SqliteProvider.open(file);
await using node = await Runtime.start({
  provider,
  orchestrations: [caller, quick],
  activities: [work],
  leaseDuration: leaseMs,
  logger: log.logger,
});
const { nodeId } = node;
const client = new Client(provider);
const handle = await client.start(caller, "work", { instanceId: "caller" });
await begun.promise;

fill();
const refused = await untilRefused();
finish.resolve();
await logged(leaseMs > 10_000 ? "commit not answered" : "lease lost");
const { status } = await client.getStatus("caller");

makeRoom();
const again = await startQuick(refused.number);
const report: FullDiskReport = {
  refused: refused.message,
  statusMeanwhile: status,
  results: [await handle.result({ timeout: "20s" }), await again.result({ timeout: "20s" })],
  attempts,
  isSameNode: node.nodeId === nodeId,
  integrity: integrity(),
  resent: log.find("commit not answered").length,
};
console.log(JSON.stringify(report));

function startQuick(number: number) {
  return client.start(quick, undefined, { instanceId: `quick-${number}` });
}

/** What has room in a page that was begun still goes in. */
async function untilRefused(): Promise<{ readonly number: number; readonly message: string }> {
  for (let number = 1; ; number += 1) {
    try {
      await startQuick(number);
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      return { number, message: error.message };
    }
  }
}

async function logged(text: string): Promise<void> {
  while (log.find(text).length === 0) {
    await new Promise<void>((resolve) => {
      const stop = log.onLine(() => {
        stop();
        resolve();
      });
    });
  }
}

function fill(): void {
  if (by === "size limit") return limitFiles(String(Math.max(...sizes())));
  for (const size of [1 << 16, 1 << 12, 1]) {
    try {
      for (;;) writeFileSync(ballast, Buffer.alloc(size), { flag: "a" });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    }
  }
}

function makeRoom(): void {
  if (by === "size limit") limitFiles("unlimited");
  else rmSync(ballast);
}

function sizes(): number[] {
  return readdirSync(folder).map((name) => statSync(join(folder, name)).size);
}

function limitFiles(soft: string): void {
  const { status: code, stderr } = spawnSync("prlimit", ["--pid", String(process.pid), `--fsize=${soft}:unlimited`]);
  if (code !== 0) throw new Error(`prlimit: ${String(stderr)}`);
}

function integrity(): unknown {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return database.prepare("PRAGMA integrity_check").get()?.["integrity_check"];
  } finally {
    database.close();
  }
}
