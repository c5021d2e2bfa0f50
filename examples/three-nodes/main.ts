import { spawn } from "node:child_process";
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

async function startNode(name: string, more: Readonly<Record<string, string>> = {}) {
  const args = [join(import.meta.dirname, "worker.ts"), url, schema];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, NODE_NAME: name, ...more },
    stdio: ["pipe", "pipe", "inherit"],
  });
  await once(child.stdout, "data"); // It says that it is ready.
  return child;
}

async function encodeAll(from: number, to: number) {
  const videos = Array.from({ length: to - from + 1 }, (_, index) => `video-${from + index}`);
  return await client.startMany(videos.map((video) => ({ orchestration: encode, input: video, instanceId: video })));
}

/** Which nodes have done what is done of a video, step by step. */
async function nodesOf(video: string): Promise<unknown[]> {
  return (await client.getHistory(video)).filter(({ kind }) => kind === "ActivityCompleted").map(({ value }) => value);
}

// One node is enough to begin with. It hangs, so that it is in the middle of a video when it dies, however fast it is.
const b = await startNode("b", { HANGS_AT_PART: "2" });
const first = await encodeAll(1, 6);
while ((await nodesOf("video-1")).length < 2) await sleep(10);
console.log("b has encoded a part of the first video, and hangs");

// Whoever joins takes from the same queues; there is nothing to configure.
const others = await Promise.all([startNode("a"), startNode("c")]);
const handles = [...first, ...(await encodeAll(7, 12))];
console.log("a and c have joined");

b.kill("SIGKILL");
await once(b, "exit");
console.log("b is killed");

const results = await Promise.all(handles.map((handle) => handle.result({ timeout: "60s" })));
const isWhole = (nodes: readonly string[]) => new Set(nodes).size === 1 && nodes.length === partsPerVideo + 1;
console.log(`videos: ${results.length}, each by one node: ${results.every(isWhole)}`);
console.log(`by a and c alone: ${results.flat().every((node) => node !== "b")}`);

const failure = (await client.getHistory("video-1")).find(({ kind }) => kind === "ActivityFailed");
console.log(`the first one was begun by ${String((await nodesOf("video-1"))[0])}, and ended by another`);
console.log(`what the other noticed: ${failure?.kind === "ActivityFailed" ? failure.failure.code : "nothing"}`);

for (const node of others) node.stdin?.end();
await Promise.all(others.map((node) => once(node, "exit")));
