import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "../../src/client/index.ts";
import type { HostedClientOptions } from "../../src/client/client-context.ts";
import { processHost } from "../../src/host/index.ts";
import { event, orchestration } from "../../src/definition/index.ts";
import type { Provider } from "../../src/providers/contract.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { Runtime } from "../../src/runtime/index.ts";

const waiter = orchestration("waiter", async (ctx) => void (await ctx.waitForEvent(event("never"))));
const brief = orchestration("brief", () => Promise.resolve(1));

/** A client whose looks are counted, while somebody else waits through it. */
async function open() {
  const provider = await SqliteProvider.open(":memory:");
  const node = await Runtime.start({ provider, orchestrations: [waiter, brief] });
  const looks: string[] = [];
  const counted = new Proxy<Provider>(provider, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...values: unknown[]): unknown => {
        if (name === "readProgress") looks.push(String(values[0]));
        return Reflect.apply(value, target, values);
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
    [Symbol.asyncDispose]: async () => {
      abort.abort();
      await waiting;
      await node.stop();
      await provider.close();
    },
  };
}

test("whoever waits at once for what it has started looks for its end once", async () => {
  await using world = await open();
  const handle = await world.client.start(brief, undefined, { instanceId: "a" });
  assert.equal(await handle.result(), 1);
  assert.equal(world.looksAt("a"), 1);
});

test("whoever waits for what has ended meanwhile looks at once", async () => {
  await using world = await open();
  const handle = await world.client.start(brief, undefined, { instanceId: "a" });
  assert.equal(await handle.result(), 1);
  // Before the first poll, which comes after 125 ms at the earliest.
  assert.equal(await handle.result({ timeout: 110 }), 1);
  assert.equal(world.looksAt("a"), 2);
});

test("whoever waits for what was there before looks at once", async () => {
  await using world = await open();
  await world.client.start(waiter, undefined, { instanceId: "a" });
  const handle = await world.client.start(waiter, undefined, { instanceId: "a" });
  await assert.rejects(handle.result({ timeout: 1 }));
  assert.equal(world.looksAt("a"), 1);
});
