import { type ErrorCategory, PerdureError } from "./perdure-error.ts";

/** Thrown by an activity to end it as failed at once, whatever its retry policy says. */
export class NonRetryableError extends PerdureError {
  constructor(message: string, options: { readonly code?: string; readonly cause?: unknown } = {}) {
    super(message, { code: options.code ?? "NON_RETRYABLE", category: "application", cause: options.cause });
  }
}

/** Thrown by an activity that knows when it makes sense to try again, such as after a `Retry-After` of a server. */
export class RetryAfterError extends PerdureError {
  /** Milliseconds, or a duration such as `"30s"`; instead of the interval of the retry policy. */
  readonly retryAfter: number | string;

  constructor(message: string, retryAfter: number | string, options: { readonly cause?: unknown } = {}) {
    super(message, { code: "RETRY_AFTER", category: "application", cause: options.cause });
    this.retryAfter = retryAfter;
  }
}

/** What an `ActivityError` is made of. */
export interface ActivityErrorOptions {
  /** The activity's name. */
  readonly activity: string;
  /** Deliveries of the activity, the last one included. */
  readonly attempts: number;
  readonly code?: string;
  readonly category?: ErrorCategory;
  /** What the activity threw, rebuilt from storage: name, message, code, stack and its own causes. */
  readonly cause?: unknown;
}

/**
 * What awaiting an activity rejects with once it has failed for good. `message` and `code` are those of the error the
 * activity threw (`ACTIVITY_FAILED` when it had no string code), so that they can be compared without its class.
 */
export class ActivityError extends PerdureError {
  /** The activity's name. */
  readonly activity: string;
  /** Deliveries of the activity, the last one included. */
  readonly attempts: number;

  constructor(message: string, options: ActivityErrorOptions) {
    super(message, {
      code: options.code ?? "ACTIVITY_FAILED",
      category: options.category ?? "application",
      cause: options.cause,
    });
    this.activity = options.activity;
    this.attempts = options.attempts;
  }
}

/** One thing that a schema found wrong. */
export interface ValidationIssue {
  readonly message: string;
  /** Where in the value; empty for the value as a whole. */
  readonly path: readonly (string | number)[];
}

/** A value is not what the schema of its activity, orchestration, mailbox or event takes. */
export class ValidationError extends PerdureError {
  /** What the schema found wrong, in its own words. */
  readonly issues: readonly ValidationIssue[];

  constructor(message: string, issues: readonly ValidationIssue[]) {
    super(message, { code: "VALIDATION", category: "application" });
    this.issues = issues;
  }
}

/** A duration ran out: of an awaited operation, of an attempt of an activity, or of waiting for a result. */
export class TimeoutError extends PerdureError {
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(message, { code: "TIMEOUT", category: "application", cause: options.cause });
  }
}

/** No instance with this id is in the store. */
export class InstanceNotFoundError extends PerdureError {
  /** The id that nothing was found under. */
  readonly instanceId: string;

  constructor(instanceId: string) {
    super(`No instance "${instanceId}" exists in this store. Check the id, or start it first.`, {
      code: "INSTANCE_NOT_FOUND",
      category: "application",
    });
    this.instanceId = instanceId;
  }
}

/** An instance with this id exists already, and the caller asked for a new one. */
export class InstanceExistsError extends PerdureError {
  /** The id that is in use. */
  readonly instanceId: string;

  constructor(instanceId: string) {
    super(`An instance "${instanceId}" exists already. Choose another instanceId, or use the existing instance.`, {
      code: "INSTANCE_EXISTS",
      category: "application",
    });
    this.instanceId = instanceId;
  }
}

/** The instance has ended, so nobody will ever receive what was sent. */
export class InstanceEndedError extends PerdureError {
  /** The id of the instance that has ended. */
  readonly instanceId: string;

  constructor(instanceId: string) {
    super(`Instance "${instanceId}" has ended; a message or an event for it would never be received.`, {
      code: "INSTANCE_ENDED",
      category: "application",
    });
    this.instanceId = instanceId;
  }
}

/** As much waits for the instance as its `mailboxDepth` allows. Nothing was stored; later there may be room again. */
export class MailboxFullError extends PerdureError {
  readonly instanceId: string;

  constructor(instanceId: string) {
    super(
      `Instance "${instanceId}" has as many messages as limits.mailboxDepth allows that it has not received. Send it ` +
        "again later; receive faster, send less, or raise the limit.",
      { code: "MAILBOX_FULL", category: "application" },
    );
    this.instanceId = instanceId;
  }
}

/** The instance has not ended, and the operation is only for ended ones. */
export class InstanceRunningError extends PerdureError {
  /** The id of the one that has not ended: the instance itself, or a child. */
  readonly instanceId: string;

  constructor(instanceId: string) {
    super(`Instance "${instanceId}" has not ended. Cancel or terminate it first, or pass { force: true }.`, {
      code: "INSTANCE_RUNNING",
      category: "application",
    });
    this.instanceId = instanceId;
  }
}

/** The instance was deleted from the store while somebody waited for its end. */
export class InstanceDeletedError extends PerdureError {
  /** The id of the instance that is gone. */
  readonly instanceId: string;

  constructor(instanceId: string) {
    super(`Instance "${instanceId}" was deleted before it ended.`, {
      code: "INSTANCE_DELETED",
      category: "application",
    });
    this.instanceId = instanceId;
  }
}
