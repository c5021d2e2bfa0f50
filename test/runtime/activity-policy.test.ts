import assert from "node:assert/strict";
import { test } from "node:test";
import type { RetryPolicy } from "../../src/definition/index.ts";
import { processHost } from "../../src/host/index.ts";
import { retryDelay } from "../../src/runtime/activity-policy.ts";

/** Milliseconds before the next attempt; `chance` stands in for every random number. */
function delayAfter(failures: number, retry: RetryPolicy, chance = 0): number | null {
  const host = { ...processHost, random: () => chance };
  return retryDelay(host, { retry: { maxAttempts: 1_000_000, ...retry } }, { error: new Error("no"), failures });
}

test("the pauses between attempts grow by the factor, from the first interval up to the longest", () => {
  const retry = { initialIntervalMs: 100, backoff: 3, maxIntervalMs: 1_000 };
  const delays = [1, 2, 3, 4, 1_000, 100_000].map((failures) => delayAfter(failures, retry));
  assert.deepEqual(delays, [100, 300, 900, 1_000, 1_000, 1_000]);
  const byDefault = [1, 2, 6, 7, 8].map((failures) => delayAfter(failures, {}));
  assert.deepEqual(byDefault, [1_000, 2_000, 32_000, 60_000, 60_000]);
});

test("jitter shortens a pause at random, by no more than its share", () => {
  const retry = { initialIntervalMs: 1_000, jitter: 0.5 };
  const delays = [0, 0.5, 1].map((chance) => delayAfter(1, retry, chance));
  assert.deepEqual(delays, [1_000, 750, 500]);
  assert.deepEqual([delayAfter(1, {}, 1), delayAfter(1, { ...retry, jitter: 0 }, 1)], [800, 1_000]);
});

test("without a pause there is none, however often it was tried", () => {
  for (const failures of [1, 2, 1_024, 1_025, 100_000]) assert.equal(delayAfter(failures, { initialIntervalMs: 0 }), 0);
});
