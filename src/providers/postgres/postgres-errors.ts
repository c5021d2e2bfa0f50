import { InvalidArgumentError, PerdureError, StorageError, StoreMovedError } from "../../errors/index.ts";

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const lockNotAvailable = "55P03";
const deadlock = "40P01";
/** What the triggers of a sealed store answer: see seal_store. */
const sealed = "PD001";
const conflicts = new Set(["40001", deadlock]);

// Data exceptions, constraint violations, and limits of the program, such as an index row that is too large.
const refusals = new Set(["22", "23", "54"]);
// Connection exceptions, and what an operator or a failover does: afterwards the connection is of no use.
const lostConnections = new Set(["08", "57"]);

/** The values that were passed cannot be stored; PostgreSQL itself is well. */
export function isRefusal(error: unknown): boolean {
  return error instanceof InvalidArgumentError || refusals.has(codeOf(error)?.slice(0, 2) ?? "");
}

/** Somebody else holds what this waits for: nothing happened, and trying again is right. */
export function isLockWait(error: unknown): boolean {
  const code = codeOf(error);
  return code === lockNotAvailable || code === deadlock;
}

/** What is being moved, or was moved, has no owners. */
export const isSealed = (error: unknown): boolean => codeOf(error) === sealed;

/** Two transactions could not both be carried out, and this one was chosen to be run again. */
export function isConflict(error: unknown): boolean {
  const { cause } = (error ?? {}) as { readonly cause?: unknown };
  return conflicts.has(codeOf(error) ?? "") || (cause !== undefined && isConflict(cause));
}

/** The connection must not be used again: anything may still be under way on it, or it leads to a read-only server. */
export function isConnectionLost(error: unknown): boolean {
  const code = codeOf(error);
  return code === undefined || code === "25006" || lostConnections.has(code.slice(0, 2));
}

/** Perdure's own errors stay what they are; everything else becomes a `StorageError`. */
export function toStorageError(error: unknown, doing: string): PerdureError {
  if (error instanceof PerdureError) return error;
  if (isSealed(error)) {
    return new StoreMovedError(
      "This store is sealed: what it has is being moved, or was moved into another one. Open that one.",
    );
  }
  const detail = error instanceof Error && error.message !== "" ? error.message : describe(error);
  return new StorageError(`${doing}: ${detail}`, { cause: error });
}

/** SQLSTATE: five characters, of PostgreSQL's own errors only. */
export function codeOf(error: unknown): string | undefined {
  const { code, severity } = (error ?? {}) as { code?: unknown; severity?: unknown };
  return typeof code === "string" && typeof severity === "string" && code.length === 5 ? code : undefined;
}

// Node reports a host that refused on all its addresses as an error with many causes and no message of its own.
function describe(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map((cause) => (cause as Error).message).join("; ");
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === "string" ? code : String(error);
}
