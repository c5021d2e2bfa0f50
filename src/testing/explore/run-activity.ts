// Imported, because orchestrations see global timers that throw.
import { clearTimeout, setImmediate, setTimeout } from "node:timers";
import { type ActivityContext, type AnyActivity, checkValue } from "../../definition/index.ts";
import { errorToFailure } from "../../errors/index.ts";
import { encodeMessage } from "../../history/index.ts";
import type { NewWorkItem, StoredText } from "../../providers/contract.ts";
import { effectivePolicy, retryDelay } from "../../runtime/activity-policy.ts";
import type { TurnNode } from "../../runtime/node.ts";
import { addressOf, decodeWork } from "../../runtime/work-body.ts";
import { decodeValue, encodeValue } from "../../values/index.ts";
import { StuckTestError } from "../environment/stuck-test-error.ts";

/**
 * Runs an activity to its end, with as many attempts as its options allow, and gives its completion. Throws
 * `StuckTestError` when it takes so long that it will not end.
 */
export async function runActivity(
  { host, limits, logger }: TurnNode,
  activity: AnyActivity,
  {
    item,
    instanceId,
    patienceMs,
  }: { readonly item: NewWorkItem; readonly instanceId: string; readonly patienceMs: number },
): Promise<StoredText> {
  const body = decodeWork(item.body);
  const policy = effectivePolicy(activity.policy, body.policy);
  const address = addressOf(item.id);
  for (let attempt = 1; ; attempt++) {
    const ctx: ActivityContext = {
      instanceId,
      executionId: body.executionId,
      activityId: item.id,
      attempt,
      idempotencyKey: item.id,
      signal: new AbortController().signal,
      lastHeartbeat: undefined,
      log: logger,
      heartbeat: () => undefined,
    };
    try {
      const given = item.payload === null ? undefined : decodeValue(item.payload);
      const schema = body.validated === true ? undefined : activity.input;
      const input = checkValue(given, schema, `The input of activity "${activity.name}"`).value;
      const run = (activity.run as (ctx: ActivityContext, input: unknown) => unknown)(ctx, input);
      const result = await inTime(run, patienceMs, activity.name);
      const payload = encodeValue(result, { path: "result", maxBytes: limits.payloadBytes });
      return encodeMessage({ kind: "ActivityCompleted", payload, ...address });
    } catch (error) {
      if (error instanceof StuckTestError) throw error;
      if (retryDelay(host, policy, { error, failures: attempt }) !== null) continue;
      return encodeMessage({ kind: "ActivityFailed", failure: errorToFailure(error), attempts: attempt, ...address });
    }
  }
}

/** What never ends would hold up the exploration, and the test, for ever. */
async function inTime(run: unknown, patienceMs: number, name: string): Promise<unknown> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const giveUp = (): void =>
    reject(
      new StuckTestError(
        `The exploration cannot go on: activity "${name}" has not ended for ${patienceMs} ms. Let it end, or give the ` +
          "exploration more `patience`.",
      ),
    );
  // After one more pass of the loop: a process that was stopped for so long has had no chance to end it.
  const timer = setTimeout(() => setImmediate(giveUp), patienceMs);
  try {
    return await Promise.race([run, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
