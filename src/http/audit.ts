import type { Logger } from "../definition/index.ts";

/** Something that was changed, or was to be. */
export interface AuditEntry {
  /** Of the caller. */
  readonly who: string;
  /** Such as `terminate`. */
  readonly what: string;
  /** What it was done to: an instance id, a filter. */
  readonly target: string;
  /** Of the instance, before: null if there was none, or if it was done to many. */
  readonly statusBefore: string | null;
  /** The code of the error, if it did not work. */
  readonly error: string | null;
}

/** Gets an entry for every change that is asked for, once it was made or refused. */
export type Audit = (entry: AuditEntry) => void;

export const auditTo =
  (logger: Logger): Audit =>
  (entry) =>
    logger.info({ audit: entry }, "management");
