import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Client } from "../../src/client/index.ts";
import type { HostedClientOptions } from "../../src/client/client-context.ts";
import { processHost } from "../../src/host/index.ts";
import { event, orchestration } from "../../src/definition/index.ts";
import { type PayloadCodec, withCodec } from "../../src/codec/index.ts";
import { InstanceDeletedError } from "../../src/errors/index.ts";
import type { InstanceProgress, Provider, Wake } from "../../src/providers/contract.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { Runtime } from "../../src/runtime/index.ts";
import { borrowSchema, giveBackSchema } from "../support/borrowed-schemas.ts";

const waiter = orchestration("waiter", async (ctx) => void (await ctx.waitForEvent(event("never"))));
const brief = orchestration("brief", () => Promise.resolve(1));
const failing = orchestration("failing", () => Promise.reject(new Error("no luck")));
const twice = orchestration("twice", async (ctx, times: number) => {
  if (times > 1) return ctx.continueAsNew(times - 1);
  return "in the second execution";
});

const openStores = {
  SQLite: async () => {
    const provider = await SqliteProvider.open(":memory:");
    return { provider, close: () => provider.close() };
  },
  PostgreSQL: async () => {
    const schema = await borrowSchema();
    const provider = await schema.open();
    const close = async () => {
      await provider.close();
      giveBackSchema(schema);
    };
    return { provider, close };
  },
};

interface Options {
  readonly store?: keyof typeof openStores;
  readonly codec?: PayloadCodec;
}

/** A client whose looks are counted, while somebody else waits through it. */
async function open({ store = "SQLite", codec }: Options = {}) {
  const opened = await openStores[store]();
  const provider = codec === undefined ? opened.provider : withCodec(opened.provider, codec);
  const node = await Runtime.start({ provider, orchestrations: [waiter, brief, failing, twice] });
  const looks: string[] = [];
  const onLook = new Set<() => void>();
  const listeners = new Set<(wake: Wake) => void>();
  const counted = new Proxy<Provider>(provider, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...values: unknown[]): unknown => {
        if (name === "subscribe") listeners.add(values[0] as (wake: Wake) => void);
        if (name === "readProgress") looks.push(String(values[0]));
        const result: unknown = Reflect.apply(value, target, values);
        for (const listener of onLook) listener();
        return result;
      };
    },
  });
  // For it no time passes, however slow the machine is.
  const options: HostedClientOptions = { host: { ...processHost, now: () => 0 } };
  const client = new Client(counted, options);
  const abort = new AbortController();
  const waiting = assert.rejects((await client.start(waiter)).result({ signal: abort.signal }));
  const looksAt = (instanceId: string) => looks.filter((one) => one === instanceId).length;
  return {
    client,
    looksAt,
    /** Tells the client of an end, as the store would. */
    tell: (instanceId: string, end: InstanceProgress) => {
      const ends = new Map([[instanceId, end]]);
      const wake = {
        instances: false,
        work: false,
        timerDueAt: null,
        changed: [instanceId],
        ended: [instanceId],
        ends,
      };
      for (const listener of listeners) listener(wake);
    },
    looked: (instanceId: string): Promise<void> =>
      new Promise((resolve) => {
        const look = () => {
          if (looksAt(instanceId) > 0) resolve();
        };
        onLook.add(look);
        look();
      }),
    [Symbol.asyncDispose]: async () => {
      abort.abort();
      await waiting;
      await node.stop();
      await opened.close();
    },
  };
}

for (const store of ["SQLite", "PostgreSQL"] as const) {
  test(`whoever waits at once for what it has started is told how it ended, and does not look [on ${store}]`, async () => {
    await using world = await open({ store });
    const handle = await world.client.start(brief, undefined, { instanceId: "a" });
    assert.equal(await handle.result(), 1);
    const unlucky = await world.client.start(failing, undefined, { instanceId: "b" });
    await assert.rejects(unlucky.result(), /no luck/);
    const second = await world.client.start(twice, 2, { instanceId: "c" });
    assert.equal(await second.result(), "in the second execution");
    assert.deepEqual([world.looksAt("a"), world.looksAt("b"), world.looksAt("c")], [0, 0, 0]);
  });
}

const reversed = (text: string) => Array.from(text).toReversed().join("");

test("how an instance ended is read where it is stored encoded", async () => {
  await using world = await open({ codec: { encode: reversed, decode: reversed } });
  const handle = await world.client.start(brief, undefined, { instanceId: "a" });
  assert.equal(await handle.result(), 1);
  assert.equal(world.looksAt("a"), 1);
});

test("what is told of the end of another run is not taken for the end of this one", async () => {
  await using world = await open();
  const handle = await world.client.start(waiter, undefined, { instanceId: "a" });
  const result = assert.rejects(handle.result(), InstanceDeletedError);
  world.tell("a", { runId: "another", status: "completed", executionId: 1, end: null });
  await world.looked("a");
  await world.client.delete("a", { force: true });
  await result;
});

test("whoever waits for what has ended meanwhile looks at once", async () => {
  await using world = await open();
  const handle = await world.client.start(brief, undefined, { instanceId: "a" });
  assert.equal(await handle.result(), 1);
  // Before the first poll, which comes after 125 ms at the earliest.
  assert.equal(await handle.result({ timeout: 110 }), 1);
  assert.equal(world.looksAt("a"), 1);
});

test("whoever waits for what was there before looks at once", async () => {
  await using world = await open();
  await world.client.start(waiter, undefined, { instanceId: "a" });
  const handle = await world.client.start(waiter, undefined, { instanceId: "a" });
  await assert.rejects(handle.result({ timeout: 1 }));
  assert.equal(world.looksAt("a"), 1);
});

test("thousands who wait make sure at many moments, but not each at one of its own", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  const moments: number[] = [];
  const now = 1_234_567;
  const after: typeof processHost.after = (ms) => {
    moments.push(now + ms);
    return processHost.after(600_000, () => {});
  };
  const options: HostedClientOptions = { host: { ...processHost, now: () => now, after } };
  const client = new Client(provider, options);
  const handles = await client.startMany(Array.from({ length: 2_000 }, () => ({ orchestration: waiter })));
  const abort = new AbortController();
  const results = handles.map((handle) => assert.rejects(handle.result({ signal: abort.signal })));
  while (moments.length < 2_000) await nextTurn();
  const different = new Set(moments).size;
  // All within five seconds, in steps of 50 ms.
  assert.ok(different > 20 && different <= 101, `${different} moments`);
  abort.abort();
  await Promise.all(results);
});
