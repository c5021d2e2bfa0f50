import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { StoreClock } from "../../src/providers/clock.ts";
import type { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { openFileStore } from "./sqlite-file.ts";

const hour = 3_600_000;

test("a store's clock reads whole milliseconds", () => {
  let time = 1_000.9;
  const clock = new StoreClock(() => time);
  assert.equal(clock.now(), 1_000);
  time = 1_001.2;
  assert.equal(clock.now(), 1_001);
});

test("when the machine's clock is set back, the store's goes on at half the pace until it has caught up", () => {
  let time = 10 * hour;
  const clock = new StoreClock(() => time);
  assert.equal(clock.now(), 10 * hour);
  time = 9 * hour;
  assert.equal(clock.now(), 10 * hour);
  time = 9.5 * hour;
  assert.equal(clock.now(), 10.25 * hour);
  time = 10.5 * hour;
  assert.equal(clock.now(), 10.75 * hour);
  time = 11 * hour;
  assert.equal(clock.now(), 11 * hour);
  time = 12 * hour;
  assert.equal(clock.now(), 12 * hour);
});

test("wherever the machine's clock jumps, the store's never goes back, and never stays behind it", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -hour, max: hour }), { minLength: 1, maxLength: 50 }), (steps) => {
      let time = 100 * hour;
      const clock = new StoreClock(() => time);
      let before = clock.now();
      for (const step of steps) {
        time += step;
        const now = clock.now();
        assert.ok(now >= before && now >= time);
        before = now;
      }
      time += 200 * hour;
      assert.equal(clock.now(), time, "caught up");
    }),
  );
});

test("a store that is opened after the machine's clock was set back goes on from where it was", async () => {
  let time = Date.now();
  await using store = await openFileStore(() => time);
  const lease = { nodeId: "a", durationMs: 15_000, capabilities: [] };
  await store.provider.openLease(lease);
  time += 5_000;
  await store.provider.renewLease(lease);
  const latest = store.provider.now();
  time -= hour;
  await using another = (await store.openAnother?.()) as SqliteProvider;
  assert.equal(another.now(), latest);
  // A node that died before that is replaced when its lease runs out, not an hour later.
  time += 30_000;
  const { nextExpiryAt } = await another.openLease({ ...lease, nodeId: "b" });
  assert.equal(nextExpiryAt, null);
});
