import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "../../src/client/index.ts";
import { CorruptPayloadError, InstanceNotFoundError, InvalidArgumentError } from "../../src/errors/index.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { ActingNode, stored } from "./support/acting-node.ts";
import { startChild } from "./support/start-child.ts";

async function withCustomStatus(node: ActingNode, instanceId: string, text: string): Promise<void> {
  const projection = { status: null, version: null, handler: null, customStatus: text };
  await node.commit(instanceId, [{ kind: "CustomStatusSet", payload: text }], { projection });
}

test("a status follows an instance from its start to its result", async () => {
  let now = Date.UTC(2026, 0, 1);
  await using provider = await SqliteProvider.open(":memory:", { clock: () => now });
  await using node = await ActingNode.open(provider);
  const client = new Client(provider);
  const handle = await client.start("greet", "Ada", { instanceId: "g" });
  const createdAt = new Date(now);
  const { runId, ...pending } = await handle.status();
  const same = { instanceId: "g", name: "greet", executionId: 1, createdAt };
  assert.deepEqual(pending, { ...same, status: "pending", updatedAt: createdAt }, "no version is chosen yet");

  now += 1000;
  await node.begin("g", "2.0.0");
  const running = { ...same, runId, version: "2.0.0", status: "running" };
  assert.deepEqual(await client.getStatus("g"), { ...running, updatedAt: new Date(now) });

  now += 1000;
  await withCustomStatus(node, "g", stored({ done: new Set([1]) }));
  const customStatus = { done: new Set([1]) };
  assert.deepEqual(await client.getStatus("g"), { ...running, updatedAt: new Date(now), customStatus });

  now += 1000;
  await node.complete("g", undefined);
  const { version: _, ...ended } = await client.getStatus("g");
  const result = undefined;
  assert.deepEqual(ended, { ...same, runId, status: "completed", updatedAt: new Date(now), customStatus, result });
});

test("the status of a failed instance has the error", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  await using node = await ActingNode.open(provider);
  const client = new Client(provider);
  const { instanceId } = await client.start("greet");
  await node.fail(instanceId, new RangeError("too far"));
  const { status, error } = await client.getStatus(instanceId);
  assert.equal(status, "failed");
  assert.ok(error instanceof RangeError);
});

test("a damaged value does not hide the status of its instance, nor a list that the instance is in", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  await using node = await ActingNode.open(provider);
  const client = new Client(provider);
  await client.start("greet", 1, { instanceId: "g" });
  await node.begin("g");
  await withCustomStatus(node, "g", "{not JSON");
  const { instances } = await client.list();
  assert.ok(instances[0]?.customStatus instanceof CorruptPayloadError);
  await node.commit("g", [{ kind: "OrchestrationCompleted", payload: "{nor this" }], {
    projection: { status: "completed", version: null, handler: null, customStatus: null },
    closes: true,
  });
  const { status, error } = await client.getStatus("g");
  assert.equal(status, "completed");
  assert.ok(error instanceof CorruptPayloadError);
});

test("a status names the parent, and says why an instance is quarantined", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  await using node = await ActingNode.open(provider);
  const client = new Client(provider);
  await startChild(client, provider, node);
  await node.commit("child", [], { release: true, quarantine: "it ends its process" });
  const { parent, quarantine } = await client.getStatus("child");
  assert.deepEqual(parent, { instanceId: "parent", executionId: 1 });
  assert.equal(quarantine, "it ends its process");

  await client.releaseQuarantine("child");
  assert.equal((await client.getStatus("child")).quarantine, undefined);
  await client.releaseQuarantine("child");
  await assert.rejects(client.releaseQuarantine("nobody"), InstanceNotFoundError);
});

test("a descriptor is read from the history, and before there is one from the start", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  await using node = await ActingNode.open(provider);
  const client = new Client(provider);
  await startChild(client, provider, node);
  assert.deepEqual(await client.getDescriptor("parent"), { name: "greet", version: "1.0.0" });
  const link = { parentInstance: "parent", parentId: 2 };
  assert.deepEqual(await client.getDescriptor("child"), { name: "greet", version: "*", ...link });
  await node.begin("child", "2.0.0");
  assert.deepEqual(await client.getDescriptor("child"), { name: "greet", version: "2.0.0", ...link });
  await node.continueAsNew("child", 2);
  assert.deepEqual(await client.getDescriptor("child"), { name: "greet", version: "2.0.0", ...link });
  await client.start("greet", 1, { instanceId: "exact", version: "1.5.0" });
  assert.deepEqual(await client.getDescriptor("exact"), { name: "greet", version: "1.5.0" });
});

test("questions about an unknown instance, or by something that is no id, are told so", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  const client = new Client(provider);
  const questions: ((id: string) => Promise<unknown>)[] = [
    (id) => client.getStatus(id),
    (id) => client.getDescriptor(id),
    (id) => client.getHistory(id),
    (id) => client.listExecutions(id),
    (id) => client.releaseQuarantine(id),
  ];
  for (const question of questions) {
    await assert.rejects(question("nobody"), InstanceNotFoundError);
    await assert.rejects(question({} as never), InvalidArgumentError);
  }
});
