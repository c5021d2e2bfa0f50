import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { activity, mailbox, orchestration } from "../../src/definition/index.ts";
import { checkHistories } from "../support/history-checks.ts";
import { untilRecorded } from "../support/instances.ts";
import { FaultyProvider } from "../support/faulty-provider.ts";
import { World } from "../support/world.ts";

const go = mailbox<string>("go");

/** An activity under way, and an instance that waits for a message, when somebody begins to write and does not end. */
async function withLock(
  leaseDuration: number,
  run: (scene: Awaited<ReturnType<typeof makeScene>>) => Promise<void>,
): Promise<void> {
  const world = await World.open({ name: "in a file", options: {}, store: "sqlite" });
  const other = new DatabaseSync(world.file);
  try {
    await run(await makeScene(world, other, leaseDuration));
  } finally {
    other.close();
    await world.close();
  }
}

async function makeScene(world: World, other: DatabaseSync, leaseDuration: number) {
  const begun = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  const attempts: number[] = [];
  const work = activity("work", async (ctx) => {
    attempts.push(ctx.attempt);
    begun.resolve();
    await finish.promise;
    return "worked";
  });
  const worker = orchestration("worker", (ctx) => ctx.activity(work));
  const waiter = orchestration("waiter", (ctx) => ctx.receive(go));
  const faulty = new FaultyProvider(world.provider);
  const node = await world.start({
    provider: faulty.provider,
    orchestrations: [worker, waiter],
    activities: [work],
    leaseDuration,
  });
  const working = await world.client.start(worker, undefined, { instanceId: "working" });
  const waiting = await world.client.start(waiter, undefined, { instanceId: "waiting" });
  await begun.promise;
  await untilRecorded(world, "waiting", "ReceiveOpened");
  other.exec("BEGIN IMMEDIATE");
  const sent = waiting.send(go, "go on");
  const commits = faulty.count("commit");
  finish.resolve();
  return { world, other, node, faulty, commits, working, waiting, sent, attempts };
}

test("a lock that another holds for less than the lease is waited for, and nobody hears of it", async () => {
  await withLock(15_000, async ({ world, other, node, faulty, commits, working, waiting, sent, attempts }) => {
    const { nodeId } = node;
    await world.until("a commit waits", () => faulty.count("commit") > commits);
    for (let turn = 0; turn < 100; turn += 1) await nextTurn();
    assert.equal((await world.client.getStatus("working")).status, "running", "reading goes on");
    other.exec("COMMIT");
    await sent;
    assert.deepEqual([await working.result(), await waiting.result()], ["worked", "go on"]);
    assert.deepEqual(attempts, [1]);
    assert.equal(node.nodeId, nodeId);
    const troubles = world.log.lines.filter(({ level }) => level === "warn" || level === "error");
    assert.deepEqual(troubles, []);
  });
});

test("a lock that another holds for longer than the lease makes the node begin anew, and nothing fail", async () => {
  await withLock(1_000, async ({ world, other, node, working, waiting, sent, attempts }) => {
    const { nodeId } = node;
    await world.until("the lease is lost", () => world.log.find("lease lost").length > 0);
    assert.equal((await world.client.getStatus("waiting")).status, "running", "reading goes on");
    other.exec("COMMIT");
    await sent;
    assert.deepEqual([await working.result(), await waiting.result()], ["worked", "go on"]);
    assert.deepEqual(attempts, [1, 2]);
    assert.notEqual(node.nodeId, nodeId);
    for (const { instanceId } of [working, waiting]) await checkHistories(world.client, instanceId);
  });
});
