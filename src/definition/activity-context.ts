import type { Logger } from "./logger.ts";

/** What an activity knows about the delivery that it is running for. */
export interface ActivityContext {
  /** The id of the instance that called it. */
  readonly instanceId: string;
  /** The execution that called it. */
  readonly executionId: number;
  /** Unique in the store, and the same on every attempt. */
  readonly activityId: string;
  /** Deliveries, this one included. */
  readonly attempt: number;
  /** Pass it to whatever the activity calls: it is the same on every attempt, also on another node after a crash. */
  readonly idempotencyKey: string;
  /** Aborted when the result is no longer wanted or the time is up: cancellation, timeout, shutdown. */
  readonly signal: AbortSignal;
  /** Details of the last heartbeat of this or an earlier attempt; undefined if there was none. */
  readonly lastHeartbeat: unknown;
  /** A logger whose lines say which activity they are of. */
  readonly log: Logger;
  /** Says that the activity is alive, and stores how far it is for the next attempt. */
  heartbeat(details?: unknown): void;
}
