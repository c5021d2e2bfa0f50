import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { FetchInstances } from "../../src/providers/contract.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { hasDied, thisProcess } from "../../src/providers/sqlite/this-process.ts";

const holder = fileURLToPath(new URL("./lease-holder.ts", import.meta.url));

const fetch: FetchInstances = {
  nodeId: "next",
  limit: 10,
  handlers: ["sleeper@*"],
  busy: [],
  suspectAfter: 2,
  quarantineAfter: 5,
  unservableForMs: null,
  messageLimit: 10,
};
const lease = { nodeId: "next", durationMs: 15_000, capabilities: [] };

async function withHolder(run: (provider: SqliteProvider, child: ChildProcess) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "perdure-dead-"));
  const file = join(folder, "store.db");
  const provider = await SqliteProvider.open(file);
  const message = { body: "{}", payload: null };
  const instance = { instanceId: "a", runId: "r", name: "sleeper", version: null, handler: "sleeper@*", parent: null };
  await provider.createInstances([{ ...instance, message, onConflict: null }]);
  const child = spawn(process.execPath, [holder, file], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [said] = (await once(child.stdout, "data")) as [Buffer];
    assert.equal(said.toString(), "1\n");
    await run(provider, child);
  } finally {
    child.kill("SIGKILL");
    await provider.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

test("what a process owned that has died is taken over at once, however long its lease", async () => {
  await withHolder(async (provider, child) => {
    child.kill("SIGKILL");
    await once(child, "exit");
    await provider.openLease(lease);
    const { instances } = await provider.fetchInstances(fetch);
    assert.deepEqual(
      instances.map(({ instanceId }) => instanceId),
      ["a"],
    );
  });
});

test("what a process owns that only stands still is left to it until its lease expires", async () => {
  await withHolder(async (provider, child) => {
    child.kill("SIGSTOP");
    await provider.openLease(lease);
    assert.deepEqual((await provider.fetchInstances(fetch)).instances, []);
    assert.equal((await provider.renewLease(lease)).held, true);
    assert.deepEqual((await provider.fetchInstances(fetch)).instances, []);
  });
});

test("nothing is said of processes of another machine or container", () => {
  const elsewhere = thisProcess().replace(/^\S+/, "another-host");
  assert.equal(hasDied(elsewhere.replace(/#\d+$/, "#999999999")), false);
  assert.equal(hasDied(thisProcess()), false);
});
