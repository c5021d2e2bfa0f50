import type { ActivityPolicy } from "../definition/index.ts";
import { NonRetryableError } from "../errors/index.ts";
import type { Host } from "../host/index.ts";
import { type Duration, parseDuration } from "../values/index.ts";

/** What the call gave wins over what the definition says. */
export function effectivePolicy(own: ActivityPolicy, call: ActivityPolicy | undefined): ActivityPolicy {
  if (call === undefined) return own;
  return { ...own, ...call, ...((own.retry || call.retry) && { retry: { ...own.retry, ...call.retry } }) };
}

/** Milliseconds until the next attempt; null if the failure is final. `failures` counts this one. */
export function retryDelay(
  host: Host,
  policy: ActivityPolicy,
  { error, failures }: { readonly error: unknown; readonly failures: number },
): number | null {
  const {
    maxAttempts = 1,
    initialIntervalMs = 1_000,
    backoff = 2,
    maxIntervalMs = 60_000,
    jitter = 0.2,
    nonRetryable = [],
  } = policy.retry ?? {};
  if (failures >= maxAttempts || error instanceof NonRetryableError) return null;
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  if (nonRetryable.some((entry) => entry === code || entry === name)) return null;
  const asked = retryAfter(error);
  if (asked !== undefined) return asked;
  // The power may be infinite, and 0 times that is no number.
  const factor = Math.min(Number.MAX_VALUE, backoff ** (failures - 1));
  const interval = Math.min(maxIntervalMs, initialIntervalMs * factor);
  return Math.round(interval * (1 - jitter * host.random()));
}

/** What the error itself asks for: `RetryAfterError`, or any error with a `retryAfter` that is a duration. */
function retryAfter(error: unknown): number | undefined {
  const asked = (error as { retryAfter?: unknown } | null | undefined)?.retryAfter;
  if (typeof asked !== "number" && typeof asked !== "string") return undefined;
  try {
    return parseDuration(asked as Duration, "retryAfter");
  } catch {
    return undefined; // Somebody else's idea of a `retryAfter`: the policy decides.
  }
}

/**
 * How many deliveries may be lost with their nodes. A crash is not the activity's failure, so it is delivered again
 * even if it may be tried only once; but one that takes its node with it every time has to end. An instance that does
 * so is quarantined after half as many crashes, before it costs the activities that ran beside it; and so are
 * activities that share their node with a bad one isolated from it (see `ActivityTrial`).
 */
export function maxLost(policy: ActivityPolicy, claimsWithoutCommit: number): number {
  return Math.max(2 * claimsWithoutCommit, policy.retry?.maxAttempts ?? 1);
}
