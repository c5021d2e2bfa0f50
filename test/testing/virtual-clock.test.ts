import assert from "node:assert/strict";
import { test } from "node:test";
import { InvalidArgumentError } from "../../src/errors/index.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { virtualClock } from "../../src/testing/index.ts";

test("a virtual clock stands still until it is moved", () => {
  const clock = virtualClock({ startAt: new Date("2030-01-01") });
  assert.equal(clock(), Date.UTC(2030, 0, 1));
  clock.advance("1d");
  assert.equal(clock.now(), Date.UTC(2030, 0, 2));
  clock.advance(0.5);
  assert.equal(clock(), Date.UTC(2030, 0, 2) + 1, "whole milliseconds, never early");
  clock.advanceTo(new Date("2040-01-01"));
  assert.equal(clock(), Date.UTC(2040, 0, 1));
});

test("a virtual clock refuses to go back, and what is no time", () => {
  const clock = virtualClock({ startAt: 1_000 });
  for (const attempt of [
    () => clock.advanceTo(999),
    () => clock.advanceTo(new Date(Number.NaN)),
    () => clock.advanceTo("soon" as never),
    () => clock.advance(-1),
    () => clock.advance("soon" as never),
    () => virtualClock({ startAt: Number.POSITIVE_INFINITY }),
  ]) {
    assert.throws(attempt, InvalidArgumentError);
  }
  assert.equal(clock(), 1_000);
});

test("whoever listens to a virtual clock is told after every move, until it stops listening", () => {
  const clock = virtualClock({ startAt: 0 });
  const heard: number[] = [];
  const stop = clock.onMove?.(() => heard.push(clock()));
  clock.advance(10);
  clock.advanceTo(50);
  stop?.();
  clock.advance(10);
  assert.deepEqual(heard, [10, 50]);
});

test("a store passes on that its clock was moved, until it is closed", async () => {
  const clock = virtualClock();
  const provider = await SqliteProvider.open(":memory:", { clock });
  let moves = 0;
  provider.subscribe((wake) => (moves += wake.clockMoved === true ? 1 : 0));
  clock.advance("1h");
  assert.equal(moves, 1);
  assert.equal(provider.now(), clock.now());
  await provider.close();
  clock.advance("1h");
  assert.equal(moves, 1);
});

test("moving a virtual clock takes nobody's lease away, and a lease runs out in real time", async () => {
  const clock = virtualClock();
  await using provider = await SqliteProvider.open(":memory:", { clock });
  const lease = { nodeId: "a", durationMs: 200, capabilities: [] };
  await provider.openLease(lease);
  clock.advance("3650d");
  assert.equal((await provider.renewLease(lease)).held, true);
  const { nextExpiryAt, storeNow } = await provider.openLease({ ...lease, nodeId: "b", durationMs: 60_000 });
  assert.ok(nextExpiryAt !== null && nextExpiryAt - storeNow <= 200);
  // Its time is up when the machine's clock says so.
  while (Date.now() < nextExpiryAt) await new Promise((resolve) => setImmediate(resolve));
  assert.equal((await provider.renewLease(lease)).held, false);
});
