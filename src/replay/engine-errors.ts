import {
  AbortError,
  ActivityError,
  CancelledError,
  CorruptPayloadError,
  type Failure,
  ForeignAwaitError,
  OutsideTurnError,
  TimeoutError,
  failureToError,
} from "../errors/index.ts";
import { withoutStack } from "./stacks.ts";

export function activityError(activity: string, attempts: number, failure: Failure): ActivityError {
  return withoutStack(
    new ActivityError(failure.message, {
      activity,
      attempts,
      ...(failure.code !== undefined && { code: failure.code }),
      ...(failure.category !== undefined && { category: failure.category }),
      cause: failureToError(failure),
    }),
  );
}

/** @param what it waited for, as in `activity "charge"`. */
export const aborted = (what: string, reason: unknown) =>
  withoutStack(new AbortError(`Waiting for ${what} was aborted.`, { cause: reason }));

export const timedOut = (what: string) => withoutStack(new TimeoutError(`The time limit of ${what} ran out.`));

export const cancelled = (reason: string | undefined) => withoutStack(new CancelledError(reason));

export const undecodable = (what: string, cause: unknown) =>
  withoutStack(new CorruptPayloadError(`The value of ${what} cannot be decoded.`, { cause }));

export const foreignAwait = (instanceId: string) =>
  new ForeignAwaitError(
    `"${instanceId}" waits for a promise that is not durable: nothing recorded could ever wake it. Do I/O, timers and ` +
      "other waiting in an activity, or use the methods of its context.",
  );

/** @param what happened, as in `ctx.activity was called`. */
export const outsideTurn = (instanceId: string, what: string) =>
  new OutsideTurnError(
    `${what} while "${instanceId}" was not being run: its code waited for something that is not durable, or its ` +
      "context was used from elsewhere. Do such waiting in an activity, and use a context only where it was given.",
  );

/** Anything can be thrown, also a proxy that throws when it is looked at. */
export function isCancellation(error: unknown): boolean {
  try {
    return error instanceof CancelledError;
  } catch {
    return false;
  }
}
