import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, type ListOptions } from "../../src/client/index.ts";
import { InvalidArgumentError } from "../../src/errors/index.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { ActingNode } from "./support/acting-node.ts";

const ids = async (client: Client, options?: ListOptions): Promise<string[]> =>
  (await client.list(options)).instances.map(({ instanceId }) => instanceId);

test("a list shows the newest first, page by page", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  const client = new Client(provider);
  for (const instanceId of ["a", "b", "c", "d", "e"]) await client.start("greet", 1, { instanceId });
  assert.deepEqual(await ids(client), ["e", "d", "c", "b", "a"]);
  const seen: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await client.list({ limit: 2, ...(cursor !== undefined && { cursor }) });
    seen.push(page.instances.map(({ instanceId }) => instanceId));
    ({ cursor } = page);
  } while (cursor !== undefined);
  assert.deepEqual(seen, [["e", "d"], ["c", "b"], ["a"]]);
});

test("a list shows the instances for which all that is given holds", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  await using node = await ActingNode.open(provider, "greet", "other");
  const client = new Client(provider);
  await client.startMany([
    { orchestration: "greet", instanceId: "pending" },
    { orchestration: "greet", instanceId: "completed" },
    { orchestration: "other", instanceId: "other" },
    { orchestration: "greet", instanceId: "quarantined" },
  ]);
  await node.complete("completed", 1);
  await node.begin("quarantined");
  await node.commit("quarantined", [], { release: true, quarantine: "bad" });
  assert.deepEqual(await ids(client, { status: "completed" }), ["completed"]);
  assert.deepEqual((await ids(client, { status: ["pending", "completed"] })).toSorted(), [
    "completed",
    "other",
    "pending",
  ]);
  assert.deepEqual(await ids(client, { name: "other" }), ["other"]);
  assert.deepEqual(await ids(client, { name: "other", status: "completed" }), []);
  assert.deepEqual(await ids(client, { quarantined: true }), ["quarantined"]);
  assert.equal((await ids(client, { quarantined: false })).length, 3);
  assert.deepEqual(await ids(client, { idContains: "mplet" }), ["completed"]);
  assert.deepEqual(await ids(client, { version: "1.0.0", status: "completed" }), ["completed"]);
  assert.deepEqual(await ids(client, { version: "2.0.0" }), []);
  const now = new Date(provider.now());
  const tomorrow = new Date(provider.now() + 86_400_000);
  assert.deepEqual(await ids(client, { createdFrom: tomorrow }), []);
  assert.equal((await ids(client, { createdBefore: tomorrow })).length, 4);
  assert.equal(await client.count({ createdFrom: new Date(0), createdBefore: now, idContains: "nothing" }), 0);
  const { instances } = await client.list({ status: "completed" });
  assert.equal(instances[0]?.version, "1.0.0");
});

test("what cannot be listed by is named", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  const client = new Client(provider);
  const cases: [options: unknown, message: RegExp][] = [
    [{ status: "continuedAsNew" }, /status "continuedAsNew"/],
    [{ status: ["running", "done"] }, /status "done"/],
    [{ name: "" }, /name is empty/],
    [{ limit: 0 }, /limit must be a whole number from 1/],
    [{ limit: 5000 }, /to 1000, not 5000/],
    [{ quarantined: "yes" }, /quarantined must be true or false/],
    [{ cursor: 7 }, /cursor/],
  ];
  for (const [options, message] of cases) {
    await assert.rejects(
      client.list(options as ListOptions),
      (error: Error) => error instanceof InvalidArgumentError && message.test(error.message),
    );
  }
});
