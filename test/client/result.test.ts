import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Client } from "../../src/client/index.ts";
import {
  AbortError,
  CancelledError,
  CorruptHistoryError,
  InstanceDeletedError,
  InstanceNotFoundError,
  InvalidArgumentError,
  NotRegisteredError,
  PerdureError,
  StorageError,
  TerminatedError,
  TimeoutError,
} from "../../src/errors/index.ts";
import type { Provider } from "../../src/providers/contract.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { ActingNode } from "./support/acting-node.ts";
import { MemoryLogger } from "./support/memory-logger.ts";
import { overriding } from "../support/overriding.ts";

/** Resolves with each look at an instance, so that a test knows that somebody is waiting. */
function watched(provider: Provider) {
  const looks = new Map<string, number>();
  let onLook = () => {};
  const readProgress: Provider["readProgress"] = async (instanceId) => {
    const record = await provider.readProgress(instanceId);
    looks.set(instanceId, (looks.get(instanceId) ?? 0) + 1);
    setImmediate(onLook);
    return record;
  };
  const looked = () => new Promise<void>((resolve) => (onLook = resolve));
  return { provider: overriding(provider, { readProgress }), looked, looks };
}

test("a result is what the function returned, decoded", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  await using node = await ActingNode.open(provider);
  const handle = await new Client(provider).start("greet", "Ada");
  await node.complete(handle.instanceId, { at: new Date(0), greetings: new Map([["Ada", 1n]]) });
  assert.deepEqual(await handle.result(), { at: new Date(0), greetings: new Map([["Ada", 1n]]) });
});

test("a failed instance rejects with the error that the function threw", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  await using node = await ActingNode.open(provider);
  const handle = await new Client(provider).start("greet");
  const cause = new RangeError("too far");
  await node.fail(handle.instanceId, Object.assign(new TypeError("no name", { cause }), { code: "E_NAME" }));
  await assert.rejects(handle.result(), (error: Error & { code?: string }) => {
    assert.ok(error instanceof TypeError);
    assert.equal(error.message, "no name");
    assert.equal(error.code, "E_NAME");
    assert.ok(error.cause instanceof RangeError);
    return true;
  });
});

test("an instance that was ended from outside rejects with the error that ended it", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  await using node = await ActingNode.open(provider);
  const client = new Client(provider);
  const ends = [
    ["cancelled", new CancelledError("too late")],
    ["cancelled", new NotRegisteredError("greet@9.0.0 is nowhere")],
    ["terminated", new TerminatedError("enough")],
  ] as const;
  for (const [status, error] of ends) {
    const handle = await client.start("greet");
    await node.end(handle.instanceId, status, error);
    await assert.rejects(handle.result(), (thrown) => {
      assert.ok(thrown instanceof error.constructor && thrown instanceof PerdureError);
      assert.equal(thrown.message, error.message);
      assert.equal(thrown.code, error.code);
      return true;
    });
  }
});

test("waiting sees an end in this process at once, and asks the store no more than it must", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  await using node = await ActingNode.open(provider);
  const watch = watched(provider);
  const handle = await new Client(watch.provider).start("greet");
  const looked = watch.looked();
  const result = handle.result();
  await looked;
  await node.complete(handle.instanceId, "done");
  assert.equal(await result, "done");
  const looks = watch.looks.get(handle.instanceId) ?? 0;
  assert.ok(looks <= 3, `${looks} looks: one at first, one if the hint of the start is late, one at the end`);
});

test("who waits looks when the instance has ended, and not whenever it or another one has changed", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  await using node = await ActingNode.open(provider);
  const watch = watched(provider);
  const client = new Client(watch.provider);
  const handles = await client.startMany(["a", "b"].map((instanceId) => ({ orchestration: "greet", instanceId })));
  const results = Promise.all(handles.map((handle) => handle.result()));
  await node.begin("a");
  for (let change = 0; change < 10; change += 1) {
    const projection = { status: null, version: null, handler: null, customStatus: `${change}` };
    await node.commit("a", [{ kind: "CustomStatusSet", payload: `${change}` }], { projection });
  }
  await node.complete("a", 1);
  await node.complete("b", 2);
  assert.deepEqual(await results, [1, 2]);
  for (const instanceId of ["a", "b"]) {
    const looks = watch.looks.get(instanceId) ?? 0;
    assert.ok(
      looks >= 2 && looks <= 3,
      `${looks} looks at ${instanceId}: one at first, one poll at most, one at the end`,
    );
  }
});

test("waiting goes on through continue-as-new", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  await using node = await ActingNode.open(provider);
  const handle = await new Client(provider).start("greet", 1, { instanceId: "g" });
  const result = handle.result();
  await node.begin("g");
  await node.continueAsNew("g", 2);
  await node.begin("g");
  await node.complete("g", "second");
  assert.equal(await result, "second");
});

test("an end that another process commits is seen by its hint", async () => {
  const folder = await mkdtemp(join(tmpdir(), "perdure-"));
  try {
    await using here = await SqliteProvider.open(join(folder, "p.db"));
    await using elsewhere = await SqliteProvider.open(join(folder, "p.db"));
    await using node = await ActingNode.open(elsewhere);
    const watch = watched(here);
    const handle = await new Client(watch.provider).start("greet");
    const looked = watch.looked();
    const result = handle.result({ timeout: "20s" });
    await looked;
    await node.complete(handle.instanceId, "done");
    assert.equal(await result, "done");
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("the ends of many instances that another process commits are all seen", async () => {
  const folder = await mkdtemp(join(tmpdir(), "perdure-"));
  try {
    await using here = await SqliteProvider.open(join(folder, "p.db"));
    await using elsewhere = await SqliteProvider.open(join(folder, "p.db"));
    await using node = await ActingNode.open(elsewhere);
    const starts = Array.from({ length: 120 }, (_, n) => ({ orchestration: "greet", instanceId: `g-${n}` }));
    const handles = await new Client(here).startMany(starts);
    const results = Promise.all(handles.map((handle) => handle.result({ timeout: "20s" })));
    for (const [n, { instanceId }] of starts.entries()) await node.complete(instanceId, n);
    assert.deepEqual(
      await results,
      Array.from({ length: 120 }, (_, n) => n),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("losing every hint costs time only", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  await using node = await ActingNode.open(provider);
  const watch = watched(overriding(provider, { subscribe: () => () => {} }));
  const handle = await new Client(watch.provider).start("greet");
  const looked = watch.looked();
  const result = handle.result();
  await looked;
  await node.complete(handle.instanceId, "done");
  assert.equal(await result, "done");
});

test("hints are subscribed to only while somebody waits", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  await using node = await ActingNode.open(provider);
  let listeners = 0;
  const subscribe: Provider["subscribe"] = (listener) => {
    const unsubscribe = provider.subscribe(listener);
    listeners += 1;
    return () => {
      listeners -= 1;
      unsubscribe();
    };
  };
  const client = new Client(overriding(provider, { subscribe }));
  const handle = await client.start("greet");
  assert.equal(listeners, 0);
  const results = Promise.all([handle.result(), handle.result(), client.getHandle(handle.instanceId).result()]);
  assert.equal(listeners, 1);
  await node.complete(handle.instanceId, "done");
  assert.deepEqual(await results, ["done", "done", "done"]);
  assert.equal(listeners, 0);
  await assert.rejects(client.getHandle("unknown").result(), InstanceNotFoundError);
  assert.equal(listeners, 0);
});

test("a timeout rejects, and leaves the instance alone", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  await using node = await ActingNode.open(provider);
  const handle = await new Client(provider).start("greet");
  await assert.rejects(handle.result({ timeout: 30 }), (error: Error) => {
    assert.ok(error instanceof TimeoutError);
    assert.match(error.message, /did not end within 30 ms/);
    return true;
  });
  await assert.rejects(handle.result({ timeout: 0 }), TimeoutError);
  assert.equal((await handle.status()).status, "pending");
  await node.complete(handle.instanceId, "done");
  assert.equal(await handle.result({ timeout: 0 }), "done", "looks at least once");
});

test("a timeout holds also when the store stops answering", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  let looks = 0;
  const readProgress: Provider["readProgress"] = (instanceId) =>
    (looks += 1) === 1 ? provider.readProgress(instanceId) : new Promise(() => {});
  const handle = await new Client(overriding(provider, { readProgress })).start("greet");
  await assert.rejects(handle.result({ timeout: 600 }), TimeoutError);
  assert.equal(looks, 2, "at first, and at the first poll");
});

test("aborting the signal gives up the waiting", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  const handle = await new Client(provider).start("greet");
  const controller = new AbortController();
  const result = handle.result({ signal: controller.signal });
  controller.abort("closed the page");
  await assert.rejects(result, (error) => error instanceof AbortError && error.cause === "closed the page");
  await assert.rejects(handle.result({ signal: AbortSignal.abort() }), AbortError);
});

test("an unknown instance is an InstanceNotFoundError", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  await assert.rejects(new Client(provider).getHandle("nobody").result(), InstanceNotFoundError);
});

test("an instance that is deleted while somebody waits is an InstanceDeletedError", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  const watch = watched(provider);
  const client = new Client(watch.provider);
  await client.start("greet", 1, { instanceId: "g" });
  const looked = watch.looked();
  const result = assert.rejects(client.getHandle("g").result(), InstanceDeletedError);
  await looked;
  await client.delete("g", { force: true });
  await result;
});

test("who waits for a run does not get the result of a later one under the same id", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  await using node = await ActingNode.open(provider);
  const client = new Client(provider);
  const first = await client.start("greet", 1, { instanceId: "g" });
  await client.delete("g", { force: true });
  const second = await client.start("greet", 2, { instanceId: "g" });
  await node.complete("g", "second");
  await assert.rejects(first.result(), InstanceDeletedError);
  assert.equal(await second.result(), "second");
  assert.equal(await client.getHandle("g").result(), "second");
});

test("storage trouble is waited out", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  await using node = await ActingNode.open(provider);
  const logger = new MemoryLogger();
  let looks = 0;
  const readProgress: Provider["readProgress"] = (instanceId) => {
    looks += 1;
    return looks === 2 ? Promise.reject(new StorageError("gone")) : provider.readProgress(instanceId);
  };
  const handle = await new Client(overriding(provider, { readProgress }), { logger }).start("greet");
  const result = handle.result();
  await node.begin(handle.instanceId);
  await node.complete(handle.instanceId, "done");
  assert.equal(await result, "done");
  assert.match(logger.lines.join(), /^warn store not answering/);
});

test("storage trouble at the first look is the caller's to hear of", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  const readProgress = () => Promise.reject(new StorageError("gone"));
  const handle = await new Client(overriding(provider, { readProgress })).start("greet");
  await assert.rejects(handle.result(), StorageError);
});

test("an end that the history does not know is reported, not waited for", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  await using node = await ActingNode.open(provider);
  const handle = await new Client(provider).start("greet", 1, { instanceId: "g" });
  await node.begin("g");
  const projection = { status: "completed", version: null, handler: null, customStatus: null } as const;
  await node.commit("g", [{ kind: "TimerCreated", dueAt: 0 }], { projection });
  await assert.rejects(handle.result(), CorruptHistoryError);
});

test("bad arguments are named", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  const handle = await new Client(provider).start("greet");
  await assert.rejects(handle.result({ timeout: "soon" as never }), /^InvalidArgumentError: timeout is "soon"/);
  await assert.rejects(handle.result({ signal: {} as never }), /^InvalidArgumentError: signal /);
  assert.throws(() => new Client(provider).getHandle(""), InvalidArgumentError);
});
