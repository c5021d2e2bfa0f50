import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "perdure";
import { SqliteProvider } from "perdure/sqlite";
import { agent, approvals } from "./agent.ts";

const folder = mkdtempSync(join(tmpdir(), "perdure-agent-"));
const [database, journal] = [join(folder, "agent.db"), join(folder, "journal.txt")];
writeFileSync(journal, "");

let shown = 0;
function showJournal(): void {
  const lines = readFileSync(journal, "utf8").trimEnd().split("\n");
  for (const line of lines.slice(shown)) console.log(`  ${line}`);
  shown = lines.length;
}

function startWorker(env: Readonly<Record<string, string>>) {
  const args = [join(import.meta.dirname, "worker.ts"), database];
  return spawn(process.execPath, args, { env: { ...process.env, JOURNAL: journal, ...env }, stdio: ["pipe", 1, 2] });
}

interface Waiting {
  readonly waitsFor: string;
}

const provider = await SqliteProvider.open(database);
const client = new Client(provider);

async function untilItAsksForApproval(instanceId: string): Promise<void> {
  const waitsFor = async () =>
    ((await client.getStatus(instanceId)).customStatus as Waiting | null | undefined)?.waitsFor;
  while ((await waitsFor()) !== "approval") await sleep(10);
  showJournal();
}

console.log("Ada: the lamp of order 42 arrived broken");
const ada = await client.start(agent, "the lamp of order 42 arrived broken", { instanceId: "ada" });
const first = startWorker({ POWER_CUT: "after the refund" });
await untilItAsksForApproval("ada");
console.log("Grace approves");
await client.send("ada", approvals, { isGranted: true, by: "Grace" });
await once(first, "exit");
showJournal();

console.log("-- power cut; another process goes on --");
const second = startWorker({});
const told = await ada.result({ timeout: "30s" });
showJournal();
console.log(`Agent: ${told}`);

console.log("Alan: I do not like the yacht of order 43");
const alan = await client.start(agent, "I do not like the yacht of order 43", { instanceId: "alan" });
await untilItAsksForApproval("alan");
console.log("Grace refuses");
await client.send("alan", approvals, { isGranted: false, by: "Grace" });
const answer = await alan.result({ timeout: "30s" });
showJournal();
console.log(`Agent: ${answer}`);

const refunds = readFileSync(journal, "utf8").match(/^refunds/gm) ?? [];
console.log(`refunds: ${refunds.length}`);

second.stdin?.end();
await once(second, "exit");
await provider.close();
rmSync(folder, { recursive: true, force: true });
