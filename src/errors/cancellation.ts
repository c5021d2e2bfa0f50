import { PerdureError } from "./perdure-error.ts";

/** The instance was asked to cancel; pending awaits inside it, and waiting for its result, reject with this. */
export class CancelledError extends PerdureError {
  /** What was given to `cancel`; undefined if nothing was. */
  readonly reason: string | undefined;

  constructor(reason: string | undefined) {
    super(reason === undefined ? "Cancelled." : `Cancelled: ${reason}`, {
      code: "CANCELLED",
      category: "cancellation",
    });
    this.reason = reason;
  }
}

/** The instance was ended at once from outside, without running its cleanup code. */
export class TerminatedError extends PerdureError {
  /** What was given to `terminate`; undefined if nothing was. */
  readonly reason: string | undefined;

  constructor(reason: string | undefined) {
    super(reason === undefined ? "Terminated." : `Terminated: ${reason}`, {
      code: "TERMINATED",
      category: "cancellation",
    });
    this.reason = reason;
  }
}

/** One operation was given up because the `signal` passed to it was aborted; `cause` is the signal's reason. */
export class AbortError extends PerdureError {
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(message, { code: "ABORTED", category: "cancellation", cause: options.cause });
  }
}
