import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "../../src/client/index.ts";
import {
  failureToError,
  InstanceDeletedError,
  InstanceNotFoundError,
  InstanceRunningError,
  InvalidArgumentError,
} from "../../src/errors/index.ts";
import type { Provider } from "../../src/providers/contract.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { ActingNode } from "./support/acting-node.ts";
import { overriding } from "../support/overriding.ts";
import { startChild } from "./support/start-child.ts";

test("an ended instance is deleted with its history, and its id is free again", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  await using node = await ActingNode.open(provider);
  const client = new Client(provider);
  await client.start("greet", 1, { instanceId: "g" });
  await node.complete("g", "done");
  assert.deepEqual(await client.delete("g"), ["g"]);
  await assert.rejects(client.getStatus("g"), InstanceNotFoundError);
  await assert.rejects(client.getHistory("g"), InstanceNotFoundError);
  await client.start("greet", 1, { instanceId: "g", onConflict: "fail" });
});

test("an instance that has not ended is deleted by force only", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  const client = new Client(provider);
  await client.start("greet", 1, { instanceId: "g" });
  await assert.rejects(client.delete("g"), InstanceRunningError);
  assert.equal((await client.getStatus("g")).status, "pending");
  await client.delete("g", { force: true });
  await assert.rejects(client.getStatus("g"), InstanceNotFoundError);
});

test("children are deleted with their parent, and one that has not ended stands in the way", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  await using node = await ActingNode.open(provider);
  const client = new Client(provider);
  await startChild(client, provider, node);
  await node.complete("parent", 1);
  await assert.rejects(
    client.delete("parent"),
    (error) => error instanceof InstanceRunningError && error.instanceId === "child",
  );
  await node.complete("child", 2);
  assert.deepEqual((await client.delete("parent")).toSorted(), ["child", "parent"]);
});

test("the parent of a child that is deleted while it runs hears of it", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  await using node = await ActingNode.open(provider);
  const client = new Client(provider);
  await startChild(client, provider, node);
  await client.delete("child", { force: true });
  const { runId } = await client.getStatus("parent");
  const [message, ...others] = await node.messages("parent");
  assert.deepEqual(others, []);
  assert.ok(message?.kind === "SubOrchestrationFailed");
  const { failure, ...address } = message;
  assert.deepEqual(address, { kind: "SubOrchestrationFailed", scheduledId: 2, runId, executionId: 1 });
  assert.ok(failureToError(failure) instanceof InstanceDeletedError);
});

test("the parent of a child that had ended is told nothing", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  await using node = await ActingNode.open(provider);
  const client = new Client(provider);
  await startChild(client, provider, node);
  await node.complete("child", 1);
  await client.delete("child", { force: true });
  assert.deepEqual(await node.messages("parent"), []);
});

test("a run that takes the id while the one before is being deleted is meant in its place", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  const other = new Client(provider);
  await other.start("greet", 1, { instanceId: "g" });
  const runIds: string[] = [];
  const deleteInstance: Provider["deleteInstance"] = async (request) => {
    if (runIds.push(request.runId) === 1) {
      await provider.deleteInstance(request);
      await other.start("greet", 2, { instanceId: "g" });
    }
    return provider.deleteInstance(request);
  };
  await new Client(overriding(provider, { deleteInstance })).delete("g", { force: true });
  assert.equal(new Set(runIds).size, 2);
  await assert.rejects(other.getStatus("g"), InstanceNotFoundError);
});

test("an unknown instance, and something that is no id, are told so", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  const client = new Client(provider);
  await assert.rejects(client.delete("nobody"), InstanceNotFoundError);
  await assert.rejects(client.delete("nobody", { force: true }), InstanceNotFoundError);
  await assert.rejects(client.delete(7 as never), InvalidArgumentError);
});
