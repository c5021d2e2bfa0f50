import assert from "node:assert/strict";
import { orchestration } from "../../src/definition/index.ts";
import { untilStatus } from "../support/instances.ts";
import { inEveryMode } from "../support/world.ts";

/** Says which version runs it, at its start and at its end. */
const job = (version: string) =>
  orchestration("job", { version }, async (ctx) => {
    ctx.setCustomStatus(version);
    await ctx.receive("go");
    return `${version} as ${ctx.version}`;
  });

inEveryMode("a start by name takes the latest version, by a definition that definition's", async (world) => {
  const old = job("1.9.0");
  await world.start({ orchestrations: [old, job("1.10.0"), job("1.10.0-rc.1")] });
  const { client } = world;
  const byName = await client.start<string>("job");
  const byDefinition = await client.start(old);
  const byVersion = await client.start<string>("job", undefined, { version: "1.10.0-rc.1" });
  for (const { instanceId } of [byName, byDefinition, byVersion]) await client.send(instanceId, "go", null);
  assert.equal(await byName.result({ timeout: "10s" }), "1.10.0 as 1.10.0");
  assert.equal(await byDefinition.result({ timeout: "10s" }), "1.9.0 as 1.9.0");
  assert.equal(await byVersion.result({ timeout: "10s" }), "1.10.0-rc.1 as 1.10.0-rc.1");
});

inEveryMode("a child takes the latest version, even of a definition, unless the call names one", async (world) => {
  const old = job("1.0.0");
  const parent = orchestration("parent", async (ctx) => [
    await ctx.subOrchestration(old, undefined, { instanceId: "latest" }),
    await ctx.subOrchestration(old, undefined, { instanceId: "exact", version: "1.0.0" }),
    await ctx.startOrchestration("job", undefined, { instanceId: "detached", version: "1.0.0" }),
  ]);
  await world.start({ orchestrations: [old, job("2.0.0"), parent] });
  const handle = await world.client.start(parent);
  for (const child of ["latest", "exact"]) {
    await untilStatus(world, child, "running");
    await world.client.send(child, "go", null);
  }
  assert.deepEqual(await handle.result({ timeout: "10s" }), ["2.0.0 as 2.0.0", "1.0.0 as 1.0.0", "detached"]);
  assert.equal((await untilStatus(world, "detached", "running")).version, "1.0.0");
});

inEveryMode("an instance stays with the version that it started with, whatever is deployed later", async (world) => {
  const { client } = world;
  const first = await world.start({ orchestrations: [job("1.0.0")] });
  const old = await client.start<string>("job", undefined, { instanceId: "old" });
  await untilStatus(world, "old", "running");

  // Side by side with a newer version on another node, and then on the only one.
  const second = await world.start({ orchestrations: [job("2.0.0")] });
  await first.stop();
  await second.stop();
  await world.start({ orchestrations: [job("1.0.0"), job("2.0.0"), job("1.5.0")] });
  const young = await client.start<string>("job", undefined, { instanceId: "young" });
  await client.send("old", "go", null);
  await client.send("young", "go", null);
  assert.equal(await old.result({ timeout: "10s" }), "1.0.0 as 1.0.0");
  assert.equal(await young.result({ timeout: "10s" }), "2.0.0 as 2.0.0");
  assert.equal((await client.getDescriptor("old")).version, "1.0.0");
});

inEveryMode("a second start of an instance by another version changes nothing about it", async (world) => {
  const { client } = world;
  await world.start({ orchestrations: [job("1.0.0"), job("2.0.0")] });
  const handle = await client.start(job("1.0.0"), undefined, { instanceId: "twice" });
  await untilStatus(world, "twice", "running");
  await client.start(job("2.0.0"), undefined, { instanceId: "twice" });
  await client.send("twice", "go", null);
  assert.equal(await handle.result({ timeout: "10s" }), "1.0.0 as 1.0.0");
});

inEveryMode("nodes with different versions each take what they can run, and nothing else", async (world) => {
  const { client } = world;
  await world.start({ orchestrations: [job("1.0.0")], missingVersionGrace: 0 });
  await world.start({ orchestrations: [job("2.0.0")], missingVersionGrace: 0 });
  const versions = ["1.0.0", "2.0.0", "1.0.0", "2.0.0"];
  const handles = await client.startMany(versions.map((version) => ({ orchestration: "job", version })));
  for (const { instanceId } of handles) await client.send(instanceId, "go", null);
  const results = await Promise.all(handles.map((handle) => handle.result({ timeout: "10s" })));
  assert.deepEqual(
    results,
    versions.map((version) => `${version} as ${version}`),
  );
});
