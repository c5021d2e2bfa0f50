import { StorageError } from "../../errors/index.ts";
import type { Database } from "./database.ts";

const SELECT_SETTINGS = `
  SELECT current_setting('synchronous_commit') AS synchronous_commit,
         current_setting('transaction_isolation') AS isolation,
         current_setting('transaction_read_only') AS read_only,
         current_setting('server_version_num')::integer AS version`;

interface Settings {
  readonly synchronous_commit: string;
  readonly isolation: string;
  readonly read_only: string;
  readonly version: number;
}

/** What the promises of this provider rest on. */
export async function assertSettings(db: Database): Promise<void> {
  const [settings] = await db.query<Settings>(SELECT_SETTINGS);
  const { synchronous_commit, isolation, read_only, version } = settings as Settings;
  if (version < 140_000) throw new StorageError("Perdure needs PostgreSQL 14 or newer.");
  if (read_only === "on") {
    throw new StorageError("This PostgreSQL server is read-only: a standby, or one whose writes were forbidden.");
  }
  if (synchronous_commit === "off") {
    throw new StorageError(
      "synchronous_commit is off for this connection: what was acknowledged could be lost. " +
        "Set it to on for this role or database.",
    );
  }
  if (isolation !== "read committed") {
    throw new StorageError(
      `The default transaction isolation is "${isolation}". Perdure needs read committed: ` +
        "ALTER ROLE ... SET default_transaction_isolation = 'read committed'.",
    );
  }
}
