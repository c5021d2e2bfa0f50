/**
 * Who has to act: `application` the user's own code, `cancellation` whoever asked for the stop, `configuration` the
 * person who wrote or deployed the program, `infrastructure` the person who runs the store.
 */
export type ErrorCategory = "application" | "cancellation" | "configuration" | "infrastructure";

/** What every error of Perdure is made of. */
export interface PerdureErrorOptions {
  readonly code: string;
  readonly category: ErrorCategory;
  readonly cause?: unknown;
}

/**
 * Base of every error that Perdure throws. `code` is stable across releases and survives storage; the class may not.
 * What happened, why, and what to do is under the code in docs/reference/errors.md.
 */
export class PerdureError extends Error {
  readonly code: string;
  readonly category: ErrorCategory;

  constructor(message: string, options: PerdureErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = options.code;
    this.category = options.category;
  }
}
