import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "perdure";
import { PostgresProvider } from "perdure/postgres";
import { openDatabase } from "./postgres.ts";
import { encode, partsPerVideo } from "./videos.ts";

await using database = await openDatabase();
const { url, schema } = database;
await using provider = await PostgresProvider.open(url, { schema });
const client = new Client(provider);

async function startNode(name: string): Promise<ChildProcess> {
  const args = [join(import.meta.dirname, "worker.ts"), url, schema];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, NODE_NAME: name },
    stdio: ["pipe", "pipe", "inherit"],
  });
  await once(child.stdout, "data"); // It says that it is ready.
  return child;
}

const nodes = await Promise.all(["a", "b", "c"].map(startNode));
console.log(`nodes: ${nodes.length}`);

// More than the nodes have slots, so that each of them has something to do.
const videos = Array.from({ length: 12 }, (_, index) => `video-${index + 1}`);
const handles = await client.startMany(
  videos.map((video) => ({ orchestration: encode, input: video, instanceId: video })),
);

/** A video that this node has downloaded, and of which it has encoded one part so far. */
async function videoUnderWayOn(node: string): Promise<string | undefined> {
  for (const video of videos) {
    const done = (await client.getHistory(video)).filter(({ kind }) => kind === "ActivityCompleted");
    if (done.length === 2 && done.every(({ value }) => value === node)) return video;
  }
  return undefined;
}

let hit = await videoUnderWayOn("b");
while (hit === undefined) {
  await sleep(10);
  hit = await videoUnderWayOn("b");
}
const killed = nodes[1] as ChildProcess;
killed.kill("SIGKILL");
await once(killed, "exit");
console.log("b is killed, in the middle of a video");

const results = await Promise.all(handles.map((handle) => handle.result({ timeout: "60s" })));
console.log(`videos encoded: ${results.length}`);
console.log(`each on one node: ${results.every((of) => new Set(of).size === 1 && of.length === partsPerVideo + 1)}`);

const events = await client.getHistory(hit);
const doneBy = events.filter(({ kind }) => kind === "ActivityCompleted").map(({ value }) => value);
const failure = events.find(({ kind }) => kind === "ActivityFailed");
console.log(`the video that b had: begun on ${String(doneBy[0])}, ended on ${doneBy.at(-1) === "b" ? "b" : "another"}`);
console.log(`what happened between: ${failure?.kind === "ActivityFailed" ? failure.failure.code : "nothing"}`);

for (const node of nodes) node.stdin?.end();
await Promise.all(nodes.filter((node) => node !== killed).map((node) => once(node, "exit")));
