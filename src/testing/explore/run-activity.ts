import { type ActivityContext, type AnyActivity, checkValue } from "../../definition/index.ts";
import { errorToFailure } from "../../errors/index.ts";
import { encodeMessage } from "../../history/index.ts";
import type { NewWorkItem, StoredText } from "../../providers/contract.ts";
import { effectivePolicy, retryDelay } from "../../runtime/activity-policy.ts";
import type { TurnNode } from "../../runtime/node.ts";
import { addressOf, decodeWork } from "../../runtime/work-body.ts";
import { decodeValue, encodeValue } from "../../values/index.ts";

/** Runs an activity to its end, with as many attempts as its options allow, and gives its completion. */
export async function runActivity(
  { host, limits, logger }: TurnNode,
  activity: AnyActivity,
  { item, instanceId }: { readonly item: NewWorkItem; readonly instanceId: string },
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
      const result = await (activity.run as (ctx: ActivityContext, input: unknown) => unknown)(ctx, input);
      const payload = encodeValue(result, { path: "result", maxBytes: limits.payloadBytes });
      return encodeMessage({ kind: "ActivityCompleted", payload, ...address });
    } catch (error) {
      if (retryDelay(host, policy, { error, failures: attempt }) !== null) continue;
      return encodeMessage({ kind: "ActivityFailed", failure: errorToFailure(error), attempts: attempt, ...address });
    }
  }
}
