import { StorageError } from "../../errors/index.ts";
import type { PostgresClient } from "./pool.ts";

/**
 * A standby answers what it is asked from a past that it is still catching up with: an instance that was stored long
 * ago would be unknown there. Which server a connection leads to never changes, so each is asked once.
 */
export class PrimaryOnly {
  readonly #primaries = new WeakSet<PostgresClient>();

  /** Rejects with `StorageError` for a connection to a server that is in recovery. */
  async check(client: PostgresClient, longestMs: number): Promise<void> {
    if (this.#primaries.has(client)) return;
    const text = "SELECT pg_is_in_recovery()::text AS recovering";
    const { rows } = await client.query({ text, query_timeout: longestMs });
    const [row] = rows as { recovering?: string }[];
    if (row?.recovering !== "false") throw new StandbyError();
    this.#primaries.add(client);
  }
}

/** The connection is of no use. */
export class StandbyError extends StorageError {
  constructor() {
    super("This PostgreSQL server is in recovery: a standby, which knows only the past. Connect to the primary.");
  }
}
