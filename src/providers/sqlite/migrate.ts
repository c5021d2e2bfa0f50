import { SchemaVersionError } from "../../errors/index.ts";
import type { StoreClock } from "../clock.ts";
import type { Connection } from "./connection.ts";
import { initial } from "./migrations/001-initial.ts";
import { transfer } from "./migrations/002-transfer.ts";

/** In order; the number of a migration is its place, from 1. Only ever appended to. */
const migrations: readonly string[] = [initial, transfer];

/** Brings the schema up to this release's version, all or nothing; refuses one that is newer. */
export function migrate(connection: Connection, clock: StoreClock): void {
  // Looked up first, so that opening a current database needs no lock.
  if (currentVersion(connection) === migrations.length) return;
  connection.run("BEGIN IMMEDIATE");
  try {
    connection.script(
      `CREATE TABLE IF NOT EXISTS perdure_schema_versions
         (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT`,
    );
    for (let version = currentVersion(connection) + 1; version <= migrations.length; version += 1) {
      connection.script(migrations[version - 1] as string);
      connection.run("INSERT INTO perdure_schema_versions VALUES (?, ?)", version, clock.now());
    }
    connection.run("COMMIT");
  } catch (error) {
    if (connection.inTransaction) connection.run("ROLLBACK");
    throw error;
  }
}

function currentVersion(connection: Connection): number {
  const known = migrations.length;
  const table = connection.get("SELECT 1 FROM sqlite_schema WHERE name = 'perdure_schema_versions'");
  if (table === undefined) return 0;
  const version = connection.get<[number | null]>("SELECT max(version) FROM perdure_schema_versions")?.[0] ?? 0;
  if (version <= known) return version;
  throw new SchemaVersionError(
    `This database has schema version ${version}, and this release of Perdure knows versions up to ${known}. ` +
      `Run the release that made it, or a newer one.`,
  );
}
