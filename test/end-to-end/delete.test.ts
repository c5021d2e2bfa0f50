import assert from "node:assert/strict";
import { activity, orchestration } from "../../src/definition/index.ts";
import { InstanceDeletedError } from "../../src/errors/index.ts";
import { errorOf, statusOf, untilStatus } from "../support/instances.ts";
import { rawSql } from "../support/raw-store.ts";
import { type World, inEveryMode } from "../support/world.ts";

const waiting = orchestration("waiting", (ctx) => ctx.receive<string>("go"));

const tables = ["instances", "ownerships", "history", "messages", "work", "timers", "state"];

/** Nothing is left of any instance, in any table. */
function assertEmpty(world: World): void {
  for (const table of tables) assert.deepEqual(rawSql(world, `SELECT * FROM perdure_${table}`), [], table);
}

inEveryMode("an ended instance stays in the store until it is deleted, and then its id is free", async (world) => {
  const { client } = world;
  const quick = orchestration("quick", (_ctx, value: number) => value);
  await world.start({ orchestrations: [quick] });
  const first = await client.start(quick, 1, { instanceId: "q" });
  assert.equal(await first.result({ timeout: "10s" }), 1);
  assert.deepEqual(await client.delete("q"), ["q"]);
  assertEmpty(world);
  const second = await client.start(quick, 2, { instanceId: "q", onConflict: "fail" });
  assert.equal(await second.result({ timeout: "10s" }), 2);
  assert.ok((await errorOf(first.result({ timeout: "10s" }))) instanceof InstanceDeletedError);
});

inEveryMode("a detached instance is not deleted with its starter", async (world) => {
  const { client } = world;
  const starter = orchestration("starter", (ctx) => ctx.startOrchestration(waiting, undefined, { instanceId: "d" }));
  await world.start({ orchestrations: [starter, waiting] });
  await (await client.start(starter, undefined, { instanceId: "s" })).result({ timeout: "10s" });
  assert.deepEqual(await client.delete("s"), ["s"]);
  await client.send("d", "go", "alive");
  assert.equal(await client.getHandle("d").result({ timeout: "10s" }), "alive");
});

inEveryMode("the parent of a deleted child can catch that, and go on with another one", async (world) => {
  const { client } = world;
  const parent = orchestration("parent", async (ctx) => {
    const error = await errorOf(ctx.subOrchestration(waiting, undefined, { instanceId: "c" }));
    return [error instanceof InstanceDeletedError, await ctx.subOrchestration(waiting, undefined, { instanceId: "c" })];
  });
  await world.start({ orchestrations: [parent, waiting] });
  const handle = await client.start(parent);
  await untilStatus(world, "c", "running");
  const { runId } = await client.getStatus("c");
  await client.delete("c", { force: true });
  await world.until("there is another child", async () => {
    const child = await statusOf(world, "c");
    return child?.status === "running" && child.runId !== runId;
  });
  await client.send("c", "go", "second");
  assert.deepEqual(await handle.result({ timeout: "10s" }), [true, "second"]);
});

inEveryMode("a child that is deleted before it ran is heard of, too", async (world) => {
  const { client } = world;
  const parent = orchestration("parent", (ctx) => ctx.subOrchestration("nobody", 1, { instanceId: "c" }));
  await world.start({ orchestrations: [parent] });
  const handle = await client.start(parent);
  await untilStatus(world, "c", "pending");
  await client.delete("c", { force: true });
  await assert.rejects(handle.result({ timeout: "10s" }), { code: "INSTANCE_DELETED" });
});

inEveryMode("a new run under a deleted id has nothing to do with the old one", async (world) => {
  const { client } = world;
  const gates = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  let runs = 0;
  const slow = activity("slow", () => gates[runs++]?.promise);
  const caller = orchestration("caller", (ctx) => ctx.activity(slow));
  await world.start({ orchestrations: [caller], activities: [slow] });
  await client.start(caller, undefined, { instanceId: "c" });
  await world.until("the activity runs", () => runs === 1);
  await client.delete("c", { force: true });
  const second = await client.start(caller, undefined, { instanceId: "c" });
  await world.until("it runs for the new run", () => runs === 2);
  gates[0]?.resolve("old");
  gates[1]?.resolve("new");
  assert.equal(await second.result({ timeout: "10s" }), "new");
});
