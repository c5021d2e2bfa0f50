import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "../../src/client/index.ts";
import { CorruptHistoryError, CorruptPayloadError, InvalidArgumentError } from "../../src/errors/index.ts";
import type { Provider } from "../../src/providers/contract.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { ActingNode, stored } from "./support/acting-node.ts";
import { overriding } from "../support/overriding.ts";

test("a history is the recorded events, each with its value", async () => {
  await using provider = await SqliteProvider.open(":memory:", { clock: () => 5000 });
  await using node = await ActingNode.open(provider);
  const client = new Client(provider);
  await client.start("greet", new Date(0), { instanceId: "g" });
  assert.deepEqual(await client.getHistory("g"), [], "nothing has happened yet");
  await node.begin("g");
  await node.commit("g", [{ kind: "TimerCreated", dueAt: 6000 }]);
  await node.complete("g", 12n);
  const { runId } = await client.getStatus("g");
  const history = await client.getHistory("g");
  assert.deepEqual(history, [
    {
      kind: "OrchestrationStarted",
      eventId: 1,
      at: 5000,
      name: "greet",
      version: "1.0.0",
      runId,
      executionId: 1,
      semantics: 1,
      startedAt: 0,
      payload: stored(new Date(0)),
    },
    { kind: "TimerCreated", eventId: 2, at: 5000, dueAt: 6000 },
    { kind: "OrchestrationCompleted", eventId: 3, at: 5000, payload: stored(12n) },
  ]);
  assert.deepEqual(
    history.map(({ value }) => value),
    [new Date(0), undefined, 12n],
  );
  assert.doesNotThrow(() => JSON.stringify(history));
});

test("every execution has a history of its own", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  await using node = await ActingNode.open(provider);
  const client = new Client(provider);
  await client.start("greet", "first", { instanceId: "g" });
  await node.begin("g");
  await node.continueAsNew("g", "second");
  await node.begin("g");
  const current = await client.getHistory("g");
  assert.deepEqual(
    current.map(({ kind, value }) => [kind, value]),
    [["OrchestrationStarted", "second"]],
  );
  assert.deepEqual(await client.getHistory("g", { executionId: 2 }), current);
  const first = await client.getHistory("g", { executionId: 1 });
  assert.deepEqual(
    first.map(({ kind, value }) => [kind, value]),
    [
      ["OrchestrationStarted", "first"],
      ["OrchestrationContinuedAsNew", "second"],
    ],
  );
  await assert.rejects(client.getHistory("g", { executionId: 3 }), (error: Error) => {
    assert.ok(error instanceof InvalidArgumentError);
    assert.match(error.message, /has no execution 3: the current one is 2/);
    return true;
  });
  await assert.rejects(client.getHistory("g", { executionId: 0 }), InvalidArgumentError);
});

test("the executions are listed with how each of them ended", async () => {
  let now = 1000;
  await using provider = await SqliteProvider.open(":memory:", { clock: () => now });
  await using node = await ActingNode.open(provider);
  const client = new Client(provider);
  await client.start("greet", 1, { instanceId: "g" });
  assert.deepEqual(await client.listExecutions("g"), []);
  await node.begin("g");
  now = 2000;
  await node.continueAsNew("g", 2);
  now = 3000;
  await node.begin("g", "2.0.0");
  const first = {
    executionId: 1,
    status: "continuedAsNew",
    version: "1.0.0",
    startedAt: new Date(1000),
    endedAt: new Date(2000),
    lastEventId: 2,
  };
  const second = { executionId: 2, version: "2.0.0", startedAt: new Date(3000) };
  assert.deepEqual(await client.listExecutions("g"), [first, { ...second, status: "running", lastEventId: 1 }]);
  now = 4000;
  await node.fail("g", new Error("no"));
  const ended = { ...second, status: "failed", endedAt: new Date(4000), lastEventId: 2 };
  assert.deepEqual(await client.listExecutions("g"), [first, ended]);
});

test("each end has its status", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  await using node = await ActingNode.open(provider);
  const client = new Client(provider);
  for (const status of ["failed", "cancelled", "terminated"] as const) {
    const { instanceId } = await client.start("greet");
    await node.end(instanceId, status, new Error("ended"));
    assert.equal((await client.listExecutions(instanceId))[0]?.status, status);
  }
  const { instanceId } = await client.start("greet");
  await node.complete(instanceId, 1);
  assert.equal((await client.listExecutions(instanceId))[0]?.status, "completed");
});

test("a damaged history is an error, and a damaged value only where it is read", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  await using node = await ActingNode.open(provider);
  await new Client(provider).start("greet", 1, { instanceId: "g" });
  await node.begin("g");
  await node.commit("g", [{ kind: "CustomStatusSet", payload: "{not JSON" }]);
  const history = await new Client(provider).getHistory("g");
  assert.equal(history.length, 2);
  assert.throws(() => history[1]?.value, CorruptPayloadError);

  const readHistory: Provider["readHistory"] = async (id) => (await provider.readHistory(id))?.slice(1) ?? null;
  const client = new Client(overriding(provider, { readHistory }));
  await assert.rejects(client.getHistory("g"), CorruptHistoryError);
});
