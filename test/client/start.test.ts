import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "../../src/client/index.ts";
import { mailbox, orchestration } from "../../src/definition/index.ts";
import {
  InstanceExistsError,
  InvalidArgumentError,
  LimitExceededError,
  UnserializableValueError,
} from "../../src/errors/index.ts";
import type { NewInstance } from "../../src/providers/contract.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { ActingNode } from "./support/acting-node.ts";
import { MemoryLogger } from "./support/memory-logger.ts";
import { overriding } from "../support/overriding.ts";

const greet = orchestration("greet", { version: "2.0.0" }, (_ctx, who: string) => `Hello, ${who}`);

test("a start by definition stores that definition's version, and a start message for the first execution", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  await using node = await ActingNode.open(provider);
  const handle = await new Client(provider).start(greet, "Ada", { instanceId: "g-1" });
  assert.equal(handle.instanceId, "g-1");
  const { runId } = await handle.status();
  assert.deepEqual(await node.messages("g-1"), [
    { kind: "Start", runId, executionId: 1, name: "greet", version: "2.0.0", payload: '"Ada"' },
  ]);
});

test("the handler of a start says what a node must have registered", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  const starts: NewInstance[] = [];
  const createInstances = (some: readonly NewInstance[]) => (starts.push(...some), provider.createInstances(some));
  const client = new Client(overriding(provider, { createInstances }));
  await client.start(greet, "Ada");
  await client.start(greet, "Ada", { version: "3.1.0" });
  await client.start("greet", "Ada");
  await client.start("greet", "Ada", { version: "1.0.0" });
  assert.deepEqual(
    starts.map(({ handler, version }) => [handler, version]),
    [
      ["greet@2.0.0", "2.0.0"],
      ["greet@3.1.0", "3.1.0"],
      ["greet@*", null],
      ["greet@1.0.0", "1.0.0"],
    ],
  );
  assert.equal(new Set(starts.map(({ instanceId }) => instanceId)).size, 4, "ids are random by default");
  assert.equal(new Set(starts.map(({ runId }) => runId)).size, 4);
});

test("an id that is in use gives its instance as it is, with a warning", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  const logger = new MemoryLogger();
  const client = new Client(provider, { logger });
  await client.start(greet, "Ada", { instanceId: "g-1" });
  const { runId } = await client.getStatus("g-1");
  const again = await client.start(greet, "Grace", { instanceId: "g-1" });
  assert.equal((await again.status()).runId, runId);
  assert.equal(logger.lines.length, 1);
  assert.match(logger.lines[0] ?? "", /^warn .*exists already.*"instanceId":"g-1"/);
});

test('with onConflict "fail" an id that is in use is an InstanceExistsError', async () => {
  await using provider = await SqliteProvider.open(":memory:");
  const client = new Client(provider);
  await client.start(greet, "Ada", { instanceId: "g-1", onConflict: "fail" });
  await assert.rejects(client.start(greet, "Ada", { instanceId: "g-1", onConflict: "fail" }), InstanceExistsError);
});

test("many starts are one call of the provider, and give their handles in order", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  let calls = 0;
  const createInstances = (starts: readonly NewInstance[]) => ((calls += 1), provider.createInstances(starts));
  const client = new Client(overriding(provider, { createInstances }));
  const handles = await client.startMany([
    { orchestration: greet, input: "Ada", instanceId: "a" },
    { orchestration: "other", instanceId: "b", version: "1.2.3" },
    { orchestration: greet, input: "Grace" },
  ]);
  assert.equal(calls, 1);
  assert.deepEqual(handles.map(({ instanceId }) => instanceId).slice(0, 2), ["a", "b"]);
  assert.equal((await handles[1].status()).version, "1.2.3");
  assert.deepEqual(await client.startMany([]), []);
  assert.equal(calls, 1, "nothing to start, nothing to store");
});

test("nothing of many starts is stored when one of them is wrong", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  const client = new Client(provider);
  const starts = [
    { orchestration: "greet", input: 1, instanceId: "a" },
    { orchestration: "greet", input: { callback: () => {} }, instanceId: "b" },
  ];
  await assert.rejects(client.startMany(starts), (error: Error) => {
    assert.ok(error instanceof UnserializableValueError);
    assert.equal(error.path, "starts[1].input.callback");
    return true;
  });
  assert.deepEqual(await client.list(), { instances: [] });
});

test("arguments are checked before anything is stored", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  const client = new Client(provider, { limits: { payloadBytes: 100 } });
  const cases: [attempt: () => Promise<unknown>, error: new (...args: never[]) => Error, message: RegExp][] = [
    [() => client.start(mailbox("m") as never), InvalidArgumentError, /what orchestration\(\) returned/],
    [() => client.start(undefined as never), InvalidArgumentError, /what orchestration\(\) returned/],
    [() => client.start(""), InvalidArgumentError, /orchestration name is empty/],
    [() => client.start("a@b"), InvalidArgumentError, /"@"/],
    [() => client.start("greet", 1, { version: "latest" }), InvalidArgumentError, /"latest" is not a version/],
    [() => client.start("greet", 1, { instanceId: "" }), InvalidArgumentError, /instanceId is empty/],
    [() => client.start("greet", 1, { instanceId: "x".repeat(300) }), LimitExceededError, /255/],
    [() => client.start("greet", 1, { onConflict: "replace" as never }), InvalidArgumentError, /"use" or "fail"/],
    [() => client.start("greet", () => 1), UnserializableValueError, /^input /],
    [() => client.start("greet", "x".repeat(200)), LimitExceededError, /^input takes .*payloadBytes/],
    [() => client.startMany("greet" as never), InvalidArgumentError, /list of starts/],
  ];
  for (const [attempt, error, message] of cases) {
    await assert.rejects(attempt, (thrown: Error) => thrown instanceof error && message.test(thrown.message));
  }
  assert.deepEqual(await client.list(), { instances: [] });
});

test("a client needs a provider and sensible limits", async () => {
  assert.throws(() => new Client(undefined as never), InvalidArgumentError);
  assert.throws(() => new Client({} as never), InvalidArgumentError);
  await using provider = await SqliteProvider.open(":memory:");
  assert.throws(() => new Client(provider, { limits: { payloadBytes: 0 } }), /limits.payloadBytes/);
});
