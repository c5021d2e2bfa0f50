import assert from "node:assert/strict";
import crypto, { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import http from "node:http";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { activity, orchestration } from "../../src/definition/index.ts";
import { modes, inEveryMode, World } from "../support/world.ts";

const noop = activity("noop", () => null);

inEveryMode("Date, Math.random and crypto are the same on every replay", async (world) => {
  const runs: unknown[][] = [];
  const clocks = orchestration("clocks", async (ctx) => {
    const seen: unknown[] = [];
    runs.push(seen);
    for (let step = 0; step < 3; step += 1) {
      seen.push(new Date().getTime(), Date.now(), performance.now(), Math.random(), randomUUID());
      seen.push(crypto.randomUUID(), globalThis.crypto.randomUUID(), [...crypto.randomBytes(4)]);
      seen.push([...globalThis.crypto.getRandomValues(new Uint8Array(4))]);
      assert.equal(Date.now(), ctx.now());
      assert.ok(new Date() instanceof Date && new Date(0).getTime() === 0);
      await ctx.activity(noop);
    }
    return seen;
  });
  await world.start({ orchestrations: [clocks], activities: [noop] });
  const result = await (await world.client.start(clocks)).result({ timeout: "10s" });
  assert.equal(result.length, 27);
  for (const run of runs) assert.deepEqual(run, result.slice(0, run.length));
});

const forbidden: readonly [name: string, call: () => unknown][] = [
  ["setTimeout", () => setTimeout(() => undefined, 1)],
  ["setImmediate", () => setImmediate(() => undefined)],
  ["timers/promises.setTimeout", () => delay(1)],
  ["AbortSignal.timeout", () => AbortSignal.timeout(1)],
  ["fetch", () => fetch("data:,")],
  ["http.get", () => http.get({ agent: false, signal: AbortSignal.abort() }).on("error", () => undefined)],
  ["fs.readFileSync", () => readFileSync(import.meta.filename)],
];

inEveryMode("waiting and I/O throw an error that names the call and what to do instead", async (world) => {
  const reckless = orchestration("reckless", async (ctx) => {
    const messages: string[] = [];
    for (const [name, call] of forbidden) {
      try {
        call();
        messages.push(`${name} was let through`);
      } catch (error) {
        assert.equal((error as { code?: string }).code, "NONDETERMINISTIC_CALL");
        messages.push((error as Error).message);
      }
      await ctx.activity(noop);
    }
    return messages;
  });
  await world.start({ orchestrations: [reckless], activities: [noop] });
  const messages = await (await world.client.start(reckless)).result({ timeout: "10s" });
  for (const [index, [name]] of forbidden.entries()) {
    const message = messages[index] ?? "";
    assert.ok(message.startsWith(`${name} must not be called inside an orchestration`), message);
    assert.match(message, /ctx\.sleep|ctx\.activity|timeout/);
  }
});

test("code outside orchestrations is not affected, however busy they are", async () => {
  const world = await World.open(modes[2]);
  try {
    const busy = orchestration("busy", async (ctx) => {
      for (let step = 0; step < 20; step += 1) await ctx.activity(noop);
    });
    const timed = activity("timed", async () => {
      const before = Date.now();
      await delay(2);
      return { waited: Date.now() - before, random: Math.random(), uuid: randomUUID() };
    });
    const caller = orchestration("caller", async (ctx) => ctx.activity(timed));
    await world.start({ orchestrations: [busy, caller], activities: [noop, timed] });
    const handles = await Promise.all(Array.from({ length: 20 }, () => world.client.start(busy)));
    const results = Promise.all(handles.map((handle) => handle.result({ timeout: "20s" })));
    const seen = new Set<unknown>();
    for (let round = 0; round < 200; round += 1) {
      assert.ok(Math.abs(Date.now() - new Date().getTime()) < 1_000);
      seen.add(Math.random()).add(randomUUID());
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(seen.size, 400);
    const inActivity = await (await world.client.start(caller)).result({ timeout: "20s" });
    assert.ok(inActivity.waited >= 1);
    await results;
  } finally {
    await world.close();
  }
});

test("the patches are gone with the last runtime", async () => {
  const before = [Date, Date.now, Math.random, setTimeout, fetch, crypto.randomUUID, http.get];
  const first = await World.open();
  const second = await World.open();
  await first.start();
  await second.start();
  assert.notEqual(Date.now, before[1]);
  await first.close();
  assert.notEqual(Date.now, before[1]);
  await second.close();
  assert.deepEqual([Date, Date.now, Math.random, setTimeout, fetch, crypto.randomUUID, http.get], before);
});
