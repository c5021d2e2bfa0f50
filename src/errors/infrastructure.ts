import { PerdureError } from "./perdure-error.ts";

/**
 * The store did not answer, or not as it should. Whether a write under way took effect may be unknown; the runtime
 * resends or rehydrates, so this never becomes an orchestration's failure.
 */
export class StorageError extends PerdureError {
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(message, { code: "STORAGE", category: "infrastructure", cause: options.cause });
  }
}

/** The store's schema is newer than this release, or is not one of Perdure's. */
export class SchemaVersionError extends PerdureError {
  constructor(message: string) {
    super(message, { code: "SCHEMA_VERSION", category: "infrastructure" });
  }
}

/** A stored payload cannot be decoded. */
export class CorruptPayloadError extends PerdureError {
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(message, { code: "CORRUPT_PAYLOAD", category: "infrastructure", cause: options.cause });
  }
}

/** A stored history has a gap, a duplicate, or an event that cannot be read. It is never shortened or repaired. */
export class CorruptHistoryError extends PerdureError {
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(message, { code: "CORRUPT_HISTORY", category: "infrastructure", cause: options.cause });
  }
}
