import { InvalidArgumentError } from "../errors/index.ts";
import { type Duration, checkObject, parseDuration } from "../values/index.ts";

/** When an activity that threw is tried again. Retries happen at the work queue and do not grow the history. */
export interface RetryOptions {
  /** Attempts in all, the first one included. Default 1: an activity that throws has failed. */
  readonly maxAttempts?: number;
  /** Before the second attempt. Default `"1s"`. */
  readonly initialInterval?: Duration;
  /** Factor from one interval to the next, at least 1. Default 2. */
  readonly backoff?: number;
  /** No interval is longer. Default `"1m"`. */
  readonly maxInterval?: Duration;
  /** Share of each interval that is random, 0 to 1, so that many failures do not return together. Default 0.2. */
  readonly jitter?: number;
  /** Values of an error's `code` (or its `name`) that end the activity at once. */
  readonly nonRetryable?: readonly string[];
}

/** The stored form of what was given of `RetryOptions`. */
export interface RetryPolicy {
  readonly maxAttempts?: number;
  readonly initialIntervalMs?: number;
  readonly backoff?: number;
  readonly maxIntervalMs?: number;
  readonly jitter?: number;
  readonly nonRetryable?: readonly string[];
}

export function retryPolicy(options: RetryOptions, what: string): RetryPolicy {
  checkObject(options, what);
  const { maxAttempts, initialInterval, backoff, maxInterval, jitter, nonRetryable } = options;
  if (maxAttempts !== undefined && !(Number.isSafeInteger(maxAttempts) && maxAttempts >= 1)) {
    throw new InvalidArgumentError(`${what}.maxAttempts must be a whole number from 1, not ${String(maxAttempts)}.`);
  }
  if (backoff !== undefined && !(Number.isFinite(backoff) && backoff >= 1)) {
    throw new InvalidArgumentError(`${what}.backoff must be a number from 1, not ${String(backoff)}.`);
  }
  if (jitter !== undefined && !(Number.isFinite(jitter) && jitter >= 0 && jitter <= 1)) {
    throw new InvalidArgumentError(`${what}.jitter must be a number from 0 to 1, not ${String(jitter)}.`);
  }
  if (
    nonRetryable !== undefined &&
    !(Array.isArray(nonRetryable) && nonRetryable.every((code) => typeof code === "string"))
  ) {
    throw new InvalidArgumentError(`${what}.nonRetryable must be a list of error codes.`);
  }
  return {
    ...(maxAttempts !== undefined && { maxAttempts }),
    ...(initialInterval !== undefined && {
      initialIntervalMs: parseDuration(initialInterval, `${what}.initialInterval`),
    }),
    ...(backoff !== undefined && { backoff }),
    ...(maxInterval !== undefined && { maxIntervalMs: parseDuration(maxInterval, `${what}.maxInterval`) }),
    ...(jitter !== undefined && { jitter }),
    ...(nonRetryable !== undefined && { nonRetryable }),
  };
}
