import { PerdureError } from "./perdure-error.ts";

/** An argument has a wrong type, form or range. Nothing was stored. */
export class InvalidArgumentError extends PerdureError {
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(message, { code: "INVALID_ARGUMENT", category: "configuration", cause: options.cause });
  }
}

/** The same activity name, or the same orchestration name and version, was registered twice. */
export class DuplicateDefinitionError extends PerdureError {
  constructor(message: string) {
    super(message, { code: "DUPLICATE_DEFINITION", category: "configuration" });
  }
}

/** A value cannot be stored; `path` says where in it, as in `input.items[2].callback`. Nothing was stored. */
export class UnserializableValueError extends PerdureError {
  /** Where in the value, such as `input.items[2].callback`. */
  readonly path: string;

  constructor(message: string, path: string, options: { readonly cause?: unknown } = {}) {
    super(message, { code: "UNSERIALIZABLE_VALUE", category: "configuration", cause: options.cause });
    this.path = path;
  }
}

/** A configured limit was exceeded; `limit` names it as in the runtime options. */
export class LimitExceededError extends PerdureError {
  /** The name of the limit, such as `payloadBytes`. */
  readonly limit: string;

  constructor(message: string, limit: string) {
    super(message, { code: "LIMIT_EXCEEDED", category: "configuration" });
    this.limit = limit;
  }
}

/** No live node had this orchestration version, or this activity, registered for the grace period. */
export class NotRegisteredError extends PerdureError {
  constructor(message: string) {
    super(message, { code: "NOT_REGISTERED", category: "configuration" });
  }
}

/**
 * The code no longer does what its history says it did. `expected` is the history's side, `actual` the code's; `site`
 * is where in the code, as in a stack, if that is known.
 */
export class NondeterminismError extends PerdureError {
  /** Where in the history they differ. */
  readonly eventId: number;
  /** What the history says, in words. */
  readonly expected: string;
  /** What the code does, in words. */
  readonly actual: string;
  /** Where in the code, as in a stack, if that is known. */
  readonly site?: string;

  constructor(
    message: string,
    difference: { eventId: number; expected: string; actual: string; site?: string | undefined },
  ) {
    super(message, { code: "NONDETERMINISM", category: "configuration" });
    this.eventId = difference.eventId;
    this.expected = difference.expected;
    this.actual = difference.actual;
    if (difference.site !== undefined) this.site = difference.site;
  }
}

/** The orchestration waits for a promise that is not durable, so nothing recorded could ever wake it. */
export class ForeignAwaitError extends PerdureError {
  constructor(message: string) {
    super(message, { code: "FOREIGN_AWAIT", category: "configuration" });
  }
}

/** A method of an orchestration context was called while its orchestration was not being run. */
export class OutsideTurnError extends PerdureError {
  constructor(message: string) {
    super(message, { code: "OUTSIDE_TURN", category: "configuration" });
  }
}

/** The runtime or provider was stopped or closed before the call. */
export class ClosedError extends PerdureError {
  constructor(message: string) {
    super(message, { code: "CLOSED", category: "configuration" });
  }
}

/** Code of an orchestration called something whose result or effect would not be the same on replay. */
export class NondeterministicCallError extends PerdureError {
  /** What was called, such as `setTimeout`. */
  readonly call: string;

  constructor(call: string, instead: string) {
    super(`${call} must not be called inside an orchestration: it would not be the same on replay. ${instead}`, {
      code: "NONDETERMINISTIC_CALL",
      category: "configuration",
    });
    this.call = call;
  }
}

/** Nodes hold leases on a store that has to be at rest. Nothing was changed. */
export class StoreBusyError extends PerdureError {
  constructor(message: string) {
    super(message, { code: "STORE_BUSY", category: "configuration" });
  }
}

/** The instances of this store have been moved into another one, or are just being moved. Nothing in it may change. */
export class StoreMovedError extends PerdureError {
  constructor(message: string) {
    super(message, { code: "STORE_MOVED", category: "configuration" });
  }
}

/** Two stores do not go together: an instance that is to be moved is there already, or another move is under way. */
export class MoveConflictError extends PerdureError {
  constructor(message: string) {
    super(message, { code: "MOVE_CONFLICT", category: "configuration" });
  }
}
