import { InvalidArgumentError, PerdureError, StorageError, StoreMovedError } from "../../errors/index.ts";

// Primary result codes: https://www.sqlite.org/rescode.html
const busy = 5;
const locked = 6;
const refusals = new Set([18 /* TOOBIG */, 19 /* CONSTRAINT */, 20 /* MISMATCH */, 25 /* RANGE */]);

/**
 * Somebody else holds a lock: nothing happened, and trying again is right. Includes BUSY_SNAPSHOT and BUSY_RECOVERY.
 */
export function isBusy(error: unknown): boolean {
  const code = primaryCode(error);
  return code === busy || code === locked;
}

/** The values that were passed cannot be stored; SQLite itself is well. */
export function isRefusal(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  if (error instanceof InvalidArgumentError || code === "ERR_INVALID_ARG_TYPE") return true;
  return refusals.has(primaryCode(error) ?? -1);
}

/** What the triggers of a sealed store say: see seal-store.ts. */
export const sealedMessage = "perdure: this store is sealed";

/** Perdure's own errors stay what they are; everything else becomes a `StorageError`. */
export function toStorageError(error: unknown, doing: string): PerdureError {
  if (error instanceof PerdureError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  if (detail === sealedMessage) {
    return new StoreMovedError(
      "This store is sealed: what it has is being moved, or was moved into another one. Open that one.",
    );
  }
  return new StorageError(`${doing}: ${detail}`, { cause: error });
}

function primaryCode(error: unknown): number | undefined {
  const { errcode } = (error ?? {}) as { errcode?: unknown };
  return typeof errcode === "number" ? errcode & 0xff : undefined;
}
