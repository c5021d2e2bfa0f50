import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "../../src/client/index.ts";
import { event, mailbox, type Schema, type SchemaResult } from "../../src/definition/index.ts";
import {
  InstanceEndedError,
  InstanceNotFoundError,
  InvalidArgumentError,
  LimitExceededError,
  UnserializableValueError,
  ValidationError,
} from "../../src/errors/index.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { ActingNode } from "./support/acting-node.ts";

/** Takes numbers, also written as text. */
const numbers: Schema<number> = schemaOf((value) =>
  Number.isNaN(Number(value)) ? { issues: [{ message: "not a number" }] } : { value: Number(value) },
);

function schemaOf<T>(validate: (value: unknown) => SchemaResult<T> | Promise<SchemaResult<T>>): Schema<T> {
  return { "~standard": { version: 1, vendor: "test", validate } };
}

test("events and mailbox messages wait for their instance in the order in which they were sent", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  await using node = await ActingNode.open(provider);
  const client = new Client(provider);
  const handle = await client.start("greet", 1, { instanceId: "g" });
  await client.send("g", mailbox<boolean>("approvals"), true);
  await client.raiseEvent("g", event<Date>("deadline"), new Date(0));
  await handle.send("approvals", { by: "Ada" });
  await handle.raiseEvent("poke");
  const [, ...messages] = await node.messages("g");
  assert.deepEqual(messages, [
    { kind: "MessageArrived", mailbox: "approvals", payload: "true" },
    { kind: "EventRaised", name: "deadline", payload: '{"$perdure":"Date","value":"1970-01-01T00:00:00.000Z"}' },
    { kind: "MessageArrived", mailbox: "approvals", payload: '{"by":"Ada"}' },
    { kind: "EventRaised", name: "poke", payload: '{"$perdure":"undefined"}' },
  ]);
});

test("a schema checks what is sent, and what it makes of it is sent", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  await using node = await ActingNode.open(provider);
  const client = new Client(provider);
  const handle = await client.start("greet", 1, { instanceId: "g" });
  const amounts = mailbox("amounts", numbers);
  await client.send("g", amounts, "12" as never);
  await handle.raiseEvent(event("amount", numbers), 13);
  const refused = (error: Error) => error instanceof ValidationError && /not a number/.test(error.message);
  await assert.rejects(client.send("g", amounts, "twelve" as never), refused);
  await assert.rejects(handle.raiseEvent(event("amount", numbers), Number.NaN), refused);
  const [, ...messages] = await node.messages("g");
  assert.deepEqual(messages, [
    { kind: "MessageArrived", mailbox: "amounts", validated: true, payload: "12" },
    { kind: "EventRaised", name: "amount", validated: true, payload: "13" },
  ]);
});

test("a schema that validates asynchronously is refused", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  const client = new Client(provider);
  await client.start("greet", 1, { instanceId: "g" });
  const slow = mailbox(
    "slow",
    schemaOf((value) => Promise.resolve({ value: value as number })),
  );
  await assert.rejects(client.send("g", slow, 1), /^InvalidArgumentError: The data for mailbox "slow" has a schema/);
});

test("arguments are checked before anything is stored", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  await using node = await ActingNode.open(provider);
  const client = new Client(provider, { limits: { payloadBytes: 100 } });
  await client.start("greet", 1, { instanceId: "g" });
  const cases: [attempt: () => Promise<unknown>, error: new (...args: never[]) => Error, message: RegExp][] = [
    [() => client.send("", "approvals", 1), InvalidArgumentError, /instanceId is empty/],
    [() => client.send("g", "", 1), InvalidArgumentError, /mailbox name is empty/],
    [() => client.raiseEvent("g", "a/b", 1), InvalidArgumentError, /event name/],
    [() => client.raiseEvent("g", mailbox("m") as never, 1), InvalidArgumentError, /use client\.send/],
    [() => client.send("g", event("e") as never, 1), InvalidArgumentError, /use client\.raiseEvent/],
    [() => client.send("g", undefined as never, 1), InvalidArgumentError, /what mailbox\(\) returned/],
    [() => client.send("g", "m", { at: { call: () => 1 } }), UnserializableValueError, /^data\.at\.call/],
    [() => client.send("g", "m", "x".repeat(101)), LimitExceededError, /^data takes /],
    [() => client.cancel("g", 7 as never), InvalidArgumentError, /reason is of type number/],
    [() => client.terminate("g", "x".repeat(2001)), LimitExceededError, /reason has 2001 characters/],
    [() => client.cancel("", "why"), InvalidArgumentError, /instanceId is empty/],
  ];
  for (const [attempt, error, message] of cases) {
    await assert.rejects(attempt, (thrown: Error) => thrown instanceof error && message.test(thrown.message));
  }
  assert.equal((await node.messages("g")).length, 1, "only the start");
});

test("cancelling and terminating are messages too, with a reason or without", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  await using node = await ActingNode.open(provider);
  const client = new Client(provider);
  const a = await client.start("greet", 1, { instanceId: "a" });
  await client.cancel("a", "too late");
  await a.cancel();
  assert.deepEqual((await node.messages("a")).slice(1), [
    { kind: "CancelRequested", reason: "too late" },
    { kind: "CancelRequested" },
  ]);
  const b = await client.start("greet", 1, { instanceId: "b" });
  await client.terminate("b", "enough");
  await b.terminate();
  const messages = await node.messages("b");
  assert.deepEqual(
    messages.filter(({ kind }) => kind === "TerminateRequested"),
    [{ kind: "TerminateRequested", reason: "enough" }, { kind: "TerminateRequested" }],
  );
});

test("a quarantined instance can be terminated", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  await using node = await ActingNode.open(provider);
  const client = new Client(provider);
  await client.start("greet", 1, { instanceId: "g" });
  await node.begin("g");
  await node.commit("g", [], { release: true, quarantine: "bad" });
  await client.terminate("g", "enough");
  assert.deepEqual(await node.messages("g"), [{ kind: "TerminateRequested", reason: "enough" }]);
});

test("what is meant for an unknown instance is an InstanceNotFoundError", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  const client = new Client(provider);
  await assert.rejects(client.send("nobody", "m"), InstanceNotFoundError);
  await assert.rejects(client.raiseEvent("nobody", "e"), InstanceNotFoundError);
  await assert.rejects(client.cancel("nobody"), InstanceNotFoundError);
  await assert.rejects(client.terminate("nobody"), InstanceNotFoundError);
});

test("an ended instance takes no messages, and ending it again does nothing", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  await using node = await ActingNode.open(provider);
  const client = new Client(provider);
  const handle = await client.start("greet", 1, { instanceId: "g" });
  await node.complete("g", "done");
  await assert.rejects(client.send("g", "m"), InstanceEndedError);
  await assert.rejects(handle.raiseEvent("e"), InstanceEndedError);
  await client.cancel("g");
  await client.terminate("g");
  assert.equal(await handle.result(), "done");
});
