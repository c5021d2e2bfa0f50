import { closeSync, openSync } from "node:fs";
import { StorageError } from "../../errors/index.ts";
import { retryWhileBusy } from "./busy-retry.ts";
import { Connection } from "./connection.ts";

export const memory = ":memory:";

const settings = {
  // A commit that was answered must survive a power cut.
  synchronous: 2,
  foreign_keys: 0,
  // Pages. A checkpoint every 40 MB instead of every 4 MB: half as much writing under load.
  wal_autocheckpoint: 10_000,
  journal_size_limit: 64 * 1024 * 1024,
  // KiB when negative. The default of 2 MB spills on large batches.
  cache_size: -16_384,
} as const;

/** The connection that writes. Creates the file, readable by its owner only, if there is none. */
export async function openWriter(path: string): Promise<Connection> {
  if (path !== memory) createPrivately(path);
  const connection = Connection.open(path, { readOnly: false });
  try {
    await retryWhileBusy(() => configure(connection, path === memory ? "memory" : "wal"));
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** A second connection to an open file, for what only reads. */
export async function openReader(path: string): Promise<Connection> {
  const connection = Connection.open(path, { readOnly: true });
  try {
    await retryWhileBusy(() => connection.get("SELECT count(*) FROM sqlite_schema"));
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

// SQLite gives its -wal and -shm files the mode of the database, so this one decides for all three.
function createPrivately(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

// SQLite answers a setting that it does not take, such as WAL on a file system without shared memory, by keeping the
// old value and saying nothing.
function configure(connection: Connection, journalMode: "wal" | "memory"): void {
  expectSetting("journal_mode", connection.get<[string]>(`PRAGMA journal_mode = ${journalMode}`)?.[0], journalMode);
  for (const [name, value] of Object.entries(settings)) {
    connection.script(`PRAGMA ${name} = ${value}`);
    expectSetting(name, connection.get<[number]>(`PRAGMA ${name}`)?.[0], value);
  }
}

function expectSetting(name: string, actual: unknown, expected: unknown): void {
  if (actual === expected) return;
  throw new StorageError(
    `SQLite did not accept ${name} = ${String(expected)} and kept ${String(actual)}. ` +
      `The database must be on a local file system that supports shared memory and locks.`,
  );
}
