import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "../../src/client/index.ts";
import { activity, mailbox, orchestration } from "../../src/definition/index.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { Runtime } from "../../src/runtime/index.ts";
import { FaultyProvider, type Method } from "../support/faulty-provider.ts";
import { checkHistories } from "../support/history-checks.ts";
import { Ledger } from "../support/ledger.ts";
import { runProgram } from "../support/program.ts";
import { World, inEveryMode } from "../support/world.ts";

const inbox = mailbox<number>("inbox");
const sum = orchestration("sum", async (ctx) => (await ctx.receive(inbox)) + (await ctx.receive(inbox)));

test("a waiting instance leaves memory, and a message brings it back", async () => {
  const world = await World.open();
  try {
    const node = await world.start({ orchestrations: [sum], dehydrateAfter: 60 });
    const handle = await world.client.start(sum, undefined, { instanceId: "s" });
    await world.until("it is hydrated", () => node.hydratedCount === 1);
    await world.until("it is dehydrated", () => node.hydratedCount === 0);
    await world.client.send("s", inbox, 1);
    await world.until("it is hydrated again", () => node.hydratedCount === 1);
    await world.until("it is dehydrated again", () => node.hydratedCount === 0);
    await world.client.send("s", inbox, 2);
    assert.equal(await handle.result({ timeout: "5s" }), 3);
  } finally {
    await world.close();
  }
});

test("no more instances stay in memory than maxHydrated allows, and all of them go on", async () => {
  const world = await World.open();
  try {
    const node = await world.start({ orchestrations: [sum], dehydrateAfter: 200, maxHydrated: 3 });
    const ids = Array.from({ length: 10 }, (_, index) => `s-${index}`);
    const handles = await world.client.startMany(
      ids.map((instanceId) => ({ orchestration: sum, input: undefined, instanceId })),
    );
    await world.until("all have begun", async () => {
      const { instances } = await world.client.list({ status: "running" });
      return instances.length === ids.length;
    });
    await world.until("the rest has left", () => node.hydratedCount === 3);
    for (const id of ids) await Promise.all([world.client.send(id, inbox, 1), world.client.send(id, inbox, 2)]);
    for (const handle of handles) assert.equal(await handle.result({ timeout: "5s" }), 3);
  } finally {
    await world.close();
  }
});

test("an idle node renews its lease, and asks its store one other question in five seconds", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  let now = Date.now();
  await using store = await SqliteProvider.open(":memory:", { clock: () => now });
  const faulty = new FaultyProvider(store);
  const client = new Client(store);
  const work = activity("work", () => 1);
  const worker = orchestration("worker", async (ctx) => (await ctx.activity(work)) + (await ctx.receive(inbox)));
  await using node = await Runtime.start({
    provider: faulty.provider,
    orchestrations: [worker],
    activities: [work],
  });
  const pass = async (ms: number): Promise<void> => {
    now += ms;
    t.mock.timers.tick(ms);
    // Lets what is woken ask its questions, and get its answers.
    for (let turns = 0; turns < 6; turns += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  await client.start(worker, undefined, { instanceId: "w" });
  while ((await client.getHistory("w")).length < 4) await pass(1);

  const minutes = 20;
  const before = faulty.calls.length;
  for (let second = 0; second < minutes * 60; second += 1) await pass(1_000);
  const counts = new Map<Method, number>();
  for (const { method } of faulty.calls.slice(before)) counts.set(method, (counts.get(method) ?? 0) + 1);
  const renewals = counts.get("renewLease") ?? 0;
  const others = faulty.calls.length - before - renewals;
  assert.ok(renewals >= minutes * 12 - 5 && renewals <= minutes * 12 + 5, `${renewals} renewals`);
  assert.ok(others <= minutes * 12, `${others} other questions: ${JSON.stringify([...counts])}`);
  for (const method of ["fetchInstances", "fetchWork", "fireTimers", "findUnservable", "expireWork"] as const) {
    assert.ok((counts.get(method) ?? 0) > 0, `${method} is a safety net`);
  }
  assert.equal(counts.get("commit"), undefined);

  await client.send("w", inbox, 1);
  while ((await client.getStatus("w")).status !== "completed") await pass(1);
  void node;
});

inEveryMode("nodes in one process share one store, on one provider and on several of it", async (world) => {
  const ledger = new Ledger();
  const step = activity("step", (ctx, n: number) => {
    ledger.note(ctx.idempotencyKey);
    return n + 1;
  });
  const chain = orchestration("chain", async (ctx, length: number) => {
    let n = 0;
    while (n < length) n = await ctx.activity(step, n);
    return n;
  });
  const definitions = { orchestrations: [chain], activities: [step] };
  const second = await world.store.openAnother();
  try {
    const nodes = [
      await world.start(definitions),
      await world.start(definitions),
      await world.start({ ...definitions, provider: second }),
      await world.start({ ...definitions, provider: second }),
    ];
    assert.equal(new Set(nodes.map(({ nodeId }) => nodeId)).size, 4);
    const starts = Array.from({ length: 40 }, (_, index) => ({
      orchestration: chain,
      input: 4,
      instanceId: `c-${index}`,
    }));
    const handles = await world.client.startMany(starts);
    for (const handle of handles) assert.equal(await handle.result({ timeout: "10s" }), 4);
    for (const { instanceId } of starts) await checkHistories(world.client, instanceId);
    assert.equal(ledger.keys, 160);
    assert.deepEqual(ledger.repeated, []);
    await Promise.all(nodes.map((node) => node.stop()));
  } finally {
    await second.close();
  }
});

test("a process ends by itself once its node is stopped and its store closed", async () => {
  const { code, signal, output } = await runProgram("test/faults/programs/stops.ts");
  assert.deepEqual({ code, signal }, { code: 0, signal: null }, output);
  assert.match(output, /all stopped/);
});
