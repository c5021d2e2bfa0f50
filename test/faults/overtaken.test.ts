import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "../../src/client/index.ts";
import { activity, mailbox, orchestration } from "../../src/definition/index.ts";
import type { CommitBatch } from "../../src/providers/contract.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { Runtime } from "../../src/runtime/index.ts";
import { type Fault, FaultyProvider, type Method } from "../support/faulty-provider.ts";

test("a message that was dropped is not taken in again when a fetch that found it is answered late", async () => {
  await using store = await SqliteProvider.open(":memory:");
  const client = new Client(store);
  const [begun, mayEnd] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const slow = activity("slow", () => {
    begun.resolve();
    return mayEnd.promise;
  });
  const done = mailbox<string>("done");
  const waiting = orchestration("waiting", async (ctx): Promise<string> => {
    await ctx.activity(slow);
    return ctx.receive(done);
  });

  const [fetchSent, fetched, committed, dropped] = Array.from({ length: 4 }, () => Promise.withResolvers<void>());
  const plan: [Method, Fault][] = [];
  const faulty = new FaultyProvider(store, ({ method }) => {
    if (plan[0]?.[0] === method) return plan.shift()?.[1];
    return undefined;
  });
  await using _node = await Runtime.start({
    provider: faulty.provider,
    activities: [slow],
    orchestrations: [waiting],
  });
  const handle = await client.start(waiting, undefined, { instanceId: "w" });
  await begun.promise;
  await nextPass();

  // The fetch is on its way when the instance begins a turn, finds the message when that is committed, and its answer
  // comes when the message, which came with the answer to the commit, has been dropped.
  const late = {
    before: () => (fetchSent?.resolve(), committed?.promise),
    after: () => (fetched?.resolve(), dropped?.promise),
  };
  plan.push(["fetchInstances", late]);
  plan.push(["commit", { after: () => (committed?.resolve(), fetched?.promise) }]);
  plan.push(["commit", { after: () => void nextPass().then(nextPass).then(dropped?.resolve) }]);
  await client.raiseEvent("w", "nobody waits for it", null);
  await fetchSent?.promise;
  mayEnd.resolve();
  await dropped?.promise;

  await client.send("w", done, "thanks");
  assert.equal(await handle.result({ timeout: "5s" }), "thanks");
  assert.deepEqual(plan, []);
  const batches = faulty.calls.filter(({ method }) => method === "commit").map(({ args }) => args[0] as CommitBatch);
  const acked = batches.flatMap(({ turns }) => turns.flatMap(({ ackedMessages }) => ackedMessages));
  assert.deepEqual(acked, [...new Set(acked)]);
});

const nextPass = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
