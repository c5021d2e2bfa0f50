import assert from "node:assert/strict";
import { activity, orchestration } from "../../src/definition/index.ts";
import { RetryAfterError } from "../../src/errors/index.ts";
import { inEveryMode } from "../support/world.ts";

inEveryMode("an activity that knows when to be tried again is tried then, whatever its policy says", async (world) => {
  const attempts: number[] = [];
  const throttled = activity("throttled", { retry: { maxAttempts: 3, initialInterval: "1h" } }, (ctx) => {
    attempts.push(ctx.attempt);
    if (ctx.attempt === 1) throw new RetryAfterError("Too many requests.", "20ms");
    // Any error with a `retryAfter` will do, such as one of an HTTP library.
    if (ctx.attempt === 2) throw Object.assign(new Error("Busy."), { retryAfter: 10 });
    return "done";
  });
  const caller = orchestration("caller", async (ctx) => ctx.activity(throttled));
  await world.start({ orchestrations: [caller], activities: [throttled] });
  assert.equal(await (await world.client.start(caller)).result({ timeout: "20s" }), "done");
  assert.deepEqual(attempts, [1, 2, 3]);
});

inEveryMode("to ask for a retry does not give more attempts than the policy has", async (world) => {
  const throttled = activity("throttled", { retry: { maxAttempts: 2 } }, () => {
    throw new RetryAfterError("Too many requests.", 5);
  });
  const caller = orchestration("caller", async (ctx) => ctx.activity(throttled));
  await world.start({ orchestrations: [caller], activities: [throttled] });
  const result = (await world.client.start(caller)).result({ timeout: "20s" });
  await assert.rejects(result, { name: "ActivityError", code: "RETRY_AFTER", attempts: 2 });
});
