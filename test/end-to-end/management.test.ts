import assert from "node:assert/strict";
import { Client, type ListOptions } from "../../src/client/index.ts";
import { activity, mailbox, orchestration } from "../../src/definition/index.ts";
import { overriding } from "../support/overriding.ts";
import { FaultyProvider, Gate } from "../support/faulty-provider.ts";
import { errorOf, untilRecorded, untilStatus } from "../support/instances.ts";
import { rawSql } from "../support/raw-store.ts";
import { type World, inEveryMode } from "../support/world.ts";

const go = mailbox<string>("go");
const quick = orchestration("quick", (_ctx, how: string) => {
  if (how === "throw") throw new Error("on purpose");
  return how;
});
const waiting = orchestration("waiting", (ctx) => ctx.receive(go));

const ids = async ({ client }: World, options: ListOptions) =>
  (await client.list(options)).instances.map(({ instanceId }) => instanceId);

const tables = ["instances", "ownerships", "history", "messages", "work", "timers", "state"];
const rows = (world: World) => tables.map((table) => rawSql(world, `SELECT * FROM perdure_${table}`).length);
const nothing = tables.map(() => 0);

inEveryMode("a list goes on where its page ended, whatever is inserted or deleted meanwhile", async (world) => {
  const { client } = world;
  await world.start({ orchestrations: [quick, waiting] });
  const make = async (instanceId: string, how: string) => {
    const handle = await client.start(quick, how, { instanceId });
    await handle.result({ timeout: "10s" }).catch(() => undefined);
  };
  for (const n of [1, 2, 3, 4, 5, 6]) await make(`i-${n}`, n % 2 === 0 ? "throw" : "return");
  await client.start(waiting, undefined, { instanceId: "w" });
  await untilStatus(world, "w", "running");

  assert.deepEqual(await ids(world, { name: "quick" }), ["i-6", "i-5", "i-4", "i-3", "i-2", "i-1"]);
  assert.deepEqual(await ids(world, { status: "failed" }), ["i-6", "i-4", "i-2"]);
  assert.deepEqual(await ids(world, { status: ["running", "completed"] }), ["w", "i-5", "i-3", "i-1"]);
  assert.deepEqual(await ids(world, { name: "waiting", status: "failed" }), []);
  const counts = [{}, { name: "quick" }, { status: "failed" }, { status: ["running", "completed"] }] as const;
  assert.deepEqual(await Promise.all(counts.map((filter) => client.count(filter))), [7, 6, 3, 4]);

  for (const filter of [{}, { name: "quick" }, { status: ["completed", "failed"] }] as const) {
    const seen: string[] = [];
    let cursor: string | undefined;
    let round = 0;
    do {
      const page = await client.list({ ...filter, limit: 2, ...(cursor !== undefined && { cursor }) });
      seen.push(...page.instances.map(({ instanceId }) => instanceId).filter((id) => /^i-\d$/.test(id)));
      ({ cursor } = page);
      // Newer ones go before the first page, and one that was shown is gone.
      await make(`later-${JSON.stringify(filter)}-${(round += 1)}`, "return");
    } while (cursor !== undefined);
    assert.deepEqual(seen, ["i-6", "i-5", "i-4", "i-3", "i-2", "i-1"]);
  }
  const { cursor } = await client.list({ name: "quick", limit: 1 });
  await client.delete((await ids(world, { name: "quick", limit: 1 }))[0] as string);
  const next = await ids(world, { name: "quick", limit: 1, ...(cursor !== undefined && { cursor }) });
  assert.deepEqual(next, await ids(world, { name: "quick", limit: 1 }));
});

/** Three generations, of which the middle one continues as new before it has its child. */
const family = orchestration("family", async (ctx, depth: number): Promise<unknown> => {
  if (depth === 1 && ctx.executionId === 1) return ctx.continueAsNew(depth);
  ctx.state.set("depth", depth);
  if (depth > 0) return ctx.subOrchestration("family", depth - 1, { instanceId: `f-${depth - 1}` });
  void ctx.sleep("1h").catch(() => undefined);
  return Promise.race([ctx.receive(go), ctx.activity("held")]);
});

/** An activity that ends when the test says so, whatever its signal says. */
function held() {
  const release = Promise.withResolvers<string>();
  const started = Promise.withResolvers<void>();
  const definition = activity("held", () => {
    started.resolve();
    return release.promise;
  });
  return { definition, started: started.promise, release: () => release.resolve("late") };
}

async function startFamily(world: World) {
  const { definition, started, release } = held();
  const faulty = new FaultyProvider(world.provider);
  await world.start({ orchestrations: [family], activities: [definition], provider: faulty.provider });
  const handle = await world.client.start(family, 2, { instanceId: "f-2" });
  await started;
  await untilRecorded(world, "f-0", "ReceiveOpened");
  return { handle, faulty, release };
}

inEveryMode("the tree of an instance has all its children, those that have ended as well", async (world) => {
  const { handle, release } = await startFamily(world);
  const lineage = async () => {
    const tree = await world.client.getTree("f-2");
    const [child] = tree.children;
    const [grandchild] = child?.children ?? [];
    return [tree, child, grandchild].map((member) => [member?.instanceId, member?.status, member?.children.length]);
  };
  const all = (status: string) => [["f-2", status, 1], ["f-1", status, 1], ["f-0", status, 0]]; // prettier-ignore
  assert.deepEqual(await lineage(), all("running"));
  release();
  await handle.result({ timeout: "10s" });
  assert.deepEqual(await lineage(), all("completed"));
});

inEveryMode("an instance is deleted with all its descendants and all that is theirs, or not at all", async (world) => {
  const { client } = world;
  const { release } = await startFamily(world);
  const refused = await errorOf(client.delete("f-2"));
  assert.equal(refused.code, "INSTANCE_RUNNING");
  assert.equal(await client.count(), 3);
  assert.deepEqual((await client.delete("f-2", { force: true })).toSorted(), ["f-0", "f-1", "f-2"]);
  assert.deepEqual(rows(world), nothing);
  release();
});

inEveryMode("a late commit cannot bring a deleted instance back, nor a late activity", async (world) => {
  const { client } = world;
  const { faulty, release } = await startFamily(world);
  const gate = new Gate();
  faulty.faultFor = ({ method }) => (method === "commit" ? { before: gate.pass } : undefined);
  await client.send("f-0", go, "end it");
  await gate.reached;
  await client.delete("f-2", { force: true });
  faulty.faultFor = () => undefined;
  gate.open();
  release();
  await faulty.settled();
  await world.until("the turn was fenced", () => world.log.find("turn fenced").length > 0);
  assert.deepEqual(rows(world), nothing);
  assert.equal((await errorOf(client.getStatus("f-0"))).code, "INSTANCE_NOT_FOUND");
  const again = await client.start(family, 0, { instanceId: "f-0", onConflict: "fail" });
  await client.send("f-0", go, "a new life");
  assert.match(String(await again.result({ timeout: "10s" })), /a new life|late/);
});

inEveryMode("old executions of an eternal instance can be removed while it runs", async (world) => {
  const { client } = world;
  const eternal = orchestration("eternal", async (ctx, sum: number): Promise<number> => {
    const next = await ctx.receive<number | null>("numbers");
    return next === null ? sum : ctx.continueAsNew(sum + next);
  });
  await world.start({ orchestrations: [eternal] });
  const handle = await client.start(eternal, 0, { instanceId: "e" });
  for (const n of [1, 2, 3, 4]) await handle.send("numbers", n);
  const executions = async () => (await client.listExecutions("e")).map(({ executionId }) => executionId);
  await world.until("it is in its fifth execution", async () => (await executions()).length === 5);
  assert.deepEqual(await client.prune({ instanceId: "e", keepExecutions: 2 }), { instances: 0, executions: 3 });
  assert.deepEqual(await executions(), [4, 5]);
  assert.deepEqual(await client.prune({ instanceId: "e" }), { instances: 0, executions: 1 });
  assert.deepEqual(await executions(), [5]);
  await handle.send("numbers", 5);
  await handle.send("numbers", null);
  assert.equal(await handle.result({ timeout: "10s" }), 15);
});

/** As if whatever has ended had ended eight days earlier: on a real server time cannot be moved. */
function ageEnded(world: World): void {
  const ended = "status IN ('completed', 'failed', 'cancelled', 'terminated')";
  const earlier = (column: string) => `${column} = ${column} - ${8 * 24 * 3_600_000}`;
  const columns = world.store.schema !== null ? ["updated_at", "ended_at"] : ["updated_at"];
  rawSql(world, `UPDATE perdure_instances SET ${columns.map(earlier).join(", ")} WHERE ${ended} RETURNING 1`);
}

inEveryMode(
  "what ended long enough ago, and as is said, is removed with its family; one with a running child is kept",
  async (world) => {
    const { client } = world;
    const leaving = orchestration("leaving", (ctx) => {
      void ctx.subOrchestration(waiting, undefined, { instanceId: "left", onParentEnd: "abandon" });
      return "gone";
    });
    const parent = orchestration("parent", (ctx) => ctx.subOrchestration(quick, "return", { instanceId: "child" }));
    await world.start({ orchestrations: [quick, waiting, leaving, parent] });
    const end = async (start: Promise<{ result(options: object): Promise<unknown> }>) => {
      await (await start).result({ timeout: "10s" }).catch(() => undefined);
    };
    await end(client.start(quick, "return", { instanceId: "old" }));
    await end(client.start(quick, "throw", { instanceId: "old-failed" }));
    await end(client.start(parent, undefined, { instanceId: "parent" }));
    await end(client.start(leaving, undefined, { instanceId: "leaving" }));
    await client.start(waiting, undefined, { instanceId: "runs" });
    ageEnded(world);
    await end(client.start(quick, "return", { instanceId: "new" }));

    assert.deepEqual(await client.prune({ olderThan: "7d", status: "failed" }), { instances: 1, executions: 0 });
    assert.equal((await errorOf(client.getStatus("old-failed"))).code, "INSTANCE_NOT_FOUND");
    assert.deepEqual(await client.prune({ olderThan: "7d" }), { instances: 3, executions: 0 });
    const left = async () => (await ids(world, {})).toSorted();
    assert.deepEqual(await left(), ["leaving", "left", "new", "runs"]);

    await client.send("left", go, "end");
    await untilStatus(world, "left", "completed");
    // It has ended only now, and with it its family.
    assert.deepEqual(await client.prune({ olderThan: "7d" }), { instances: 0, executions: 0 });
    ageEnded(world);
    assert.deepEqual(await client.prune({ olderThan: "7d" }), { instances: 3, executions: 0 });
    assert.deepEqual(await left(), ["runs"]);
  },
);

inEveryMode("whoever waits in the same process is woken through continue-as-new, and need not ask", async (world) => {
  const seen: string[] = [];
  const watching = new Client(
    overriding(world.provider, {
      readProgress: (instanceId) => {
        seen.push("read");
        return world.provider.readProgress(instanceId);
      },
    }),
  );
  // Told before whoever waits, who begins to listen later.
  const stopListening = world.provider.subscribe((wake) => {
    if (wake.changed?.includes("e") === true) seen.push("wake");
    setImmediate(() => seen.push("later"));
  });
  const eternal = orchestration("eternal", async (ctx, rounds: number): Promise<unknown> => {
    return rounds > 0 ? ctx.continueAsNew(rounds - 1) : ctx.receive(go);
  });
  await world.start({ orchestrations: [eternal] });
  await world.client.start(eternal, 20, { instanceId: "e" });
  const startedMs = performance.now();
  const result = watching.getHandle("e").result({ timeout: "10s" });
  await world.until("it is in its last execution", async () => {
    return (await world.client.listExecutions("e")).at(-1)?.executionId === 21;
  });
  await world.client.send("e", go, "end");
  assert.equal(await result, "end");
  const count = (what: string) => seen.filter((one) => one === what).length;
  // The safety net looks as well, ever more rarely.
  const polls = Math.ceil((performance.now() - startedMs) / 50);
  assert.ok(count("read") <= 1 + count("wake") + polls, seen.join(" "));
  // The end was read because of its wake-up, in the very same pass of the event loop; unless a look of the safety net
  // fell between the commit and the answer to it, and was quicker. Then the wake-up of the end is still to come.
  const last = seen.lastIndexOf("read");
  if (seen[last - 1] !== "wake") await world.until("it is woken", () => seen.includes("wake", last));
  stopListening();
  const timedOut = await errorOf(watching.getHandle("runs").result({ timeout: 0 }));
  assert.equal(timedOut.code, "INSTANCE_NOT_FOUND");
});
