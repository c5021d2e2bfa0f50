import assert from "node:assert/strict";
import { orchestration } from "../../src/definition/index.ts";
import { untilStatus } from "../support/instances.ts";
import { rawSql } from "../support/raw-store.ts";
import { inEveryMode } from "../support/world.ts";

const leaf = orchestration("leaf", { version: "2.1.0" }, (ctx) => ctx.receive("go"));
const root = orchestration("root", { version: "3.0.0" }, async (ctx) => {
  await ctx.receive("begin");
  return ctx.subOrchestration(leaf, undefined, { instanceId: "leaf-1" });
});

inEveryMode("a descriptor says what an instance is, before, while and after it runs", async (world) => {
  const { client } = world;
  await client.start(root, undefined, { instanceId: "root-1" });
  assert.deepEqual(await client.getDescriptor("root-1"), { name: "root", version: "3.0.0" });

  await world.start({ orchestrations: [root, leaf] });
  await client.send("root-1", "begin", null);
  await untilStatus(world, "leaf-1", "running");
  assert.deepEqual(await client.getDescriptor("root-1"), { name: "root", version: "3.0.0" });
  const scheduled = (await client.getHistory("root-1")).find(({ kind }) => kind === "SubOrchestrationScheduled");
  const ofLeaf = { name: "leaf", version: "2.1.0", parentInstance: "root-1", parentId: scheduled?.eventId };
  assert.deepEqual(await client.getDescriptor("leaf-1"), ofLeaf);

  await client.send("leaf-1", "go", 7);
  assert.equal(await client.getHandle<number>("root-1").result({ timeout: "10s" }), 7);
  assert.deepEqual(await client.getDescriptor("root-1"), { name: "root", version: "3.0.0" });
  assert.deepEqual(await client.getDescriptor("leaf-1"), ofLeaf);
});

inEveryMode("a descriptor keeps the parent when the child continues as new", async (world) => {
  const again = orchestration("again", async (ctx, count: number): Promise<string> => {
    if (count > 0) return ctx.continueAsNew(count - 1);
    return ctx.receive<string>("go");
  });
  const above = orchestration("above", (ctx) => ctx.subOrchestration(again, 2, { instanceId: "again-1" }));
  await world.start({ orchestrations: [again, above] });
  const handle = await world.client.start(above, undefined, { instanceId: "above-1" });
  await world.until("the third execution runs", async () => {
    const executions = await world.client.listExecutions("again-1").catch(() => []);
    return executions.length === 3;
  });
  const expected = { name: "again", version: "1.0.0", parentInstance: "above-1", parentId: 2 };
  assert.deepEqual(await world.client.getDescriptor("again-1"), expected);
  await world.client.send("again-1", "go", "on");
  assert.equal(await handle.result({ timeout: "10s" }), "on");
});

inEveryMode("an instance is described and run by its history alone, whatever its index row says", async (world) => {
  const { client } = world;
  const first = await world.start({ orchestrations: [root, leaf] });
  const handle = await client.start(root, undefined, { instanceId: "root-1" });
  await client.send("root-1", "begin", null);
  await untilStatus(world, "leaf-1", "running");
  await first.stop();

  rawSql(world, "UPDATE perdure_instances SET name = 'garbled', version = 'nonsense', custom_status = '\"odd\"'");
  const scheduled = (await client.getHistory("root-1")).find(({ kind }) => kind === "SubOrchestrationScheduled");
  assert.deepEqual(await client.getDescriptor("root-1"), { name: "root", version: "3.0.0" });
  assert.deepEqual(await client.getDescriptor("leaf-1"), {
    name: "leaf",
    version: "2.1.0",
    parentInstance: "root-1",
    parentId: scheduled?.eventId,
  });

  // A newer version of each is there, too: only the history says that it is not to be used.
  const newer = [root, leaf].map(({ name }) => orchestration(name, { version: "9.0.0" }, () => "by the wrong version"));
  await world.start({ orchestrations: [root, leaf, ...newer] });
  await client.send("leaf-1", "go", 7);
  assert.equal(await handle.result({ timeout: "10s" }), 7);
});

inEveryMode("a child tells the parent that its history names, whatever its index row says", async (world) => {
  const { client } = world;
  const first = await world.start({ orchestrations: [root, leaf] });
  const handle = await client.start(root, undefined, { instanceId: "root-1" });
  await client.send("root-1", "begin", null);
  await untilStatus(world, "leaf-1", "running");
  await first.stop();

  rawSql(
    world,
    "UPDATE perdure_instances SET parent_event_id = 99, parent_execution_id = 7 WHERE instance_id = 'leaf-1'",
  );
  await world.start({ orchestrations: [root, leaf] });
  await client.terminate("leaf-1", "to see who hears");
  await assert.rejects(handle.result({ timeout: "10s" }), { code: "TERMINATED" });
});
