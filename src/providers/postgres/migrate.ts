import { SchemaVersionError } from "../../errors/index.ts";
import type { Database } from "./database.ts";
import type { PostgresClient } from "./pool.ts";
import { initial } from "./migrations/001-initial.ts";
import { transfer } from "./migrations/002-transfer.ts";
import { transactions } from "./migrations/003-transactions.ts";

/** In order; the number of a migration is its place, from 1. Only ever appended to, and never changed once released. */
const migrations: readonly string[] = [initial, transfer, transactions];

/** `apply` brings the schema up to this release's version; `verify` only refuses one that is not. */
export type Migrations = "apply" | "verify";

/** All or nothing, one process at a time; a schema that is newer than this release is refused. */
export async function migrate(db: Database, mode: Migrations): Promise<void> {
  // Looked up first, so that opening a current schema needs no lock, and no right to create anything.
  const version = await db.withClient((client) => currentVersion(db, client));
  if (version === migrations.length) return;
  if (mode === "verify") throw outdatedSchema(db, version);
  await db.withClient((client) => migrateOn(db, client));
}

async function migrateOn(db: Database, client: PostgresClient): Promise<void> {
  const run = (text: string) => client.query({ text });
  await run("BEGIN");
  try {
    // Held to the end of the transaction, on any connection that a pooler may give.
    await db.queryOn(client, "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`perdure ${db.schema}`]);
    await run(`CREATE SCHEMA IF NOT EXISTS ${db.schema}`);
    await run(`SET LOCAL search_path = ${db.schema}, pg_temp`);
    await run(
      "CREATE TABLE IF NOT EXISTS schema_versions (version integer PRIMARY KEY, applied_at timestamptz NOT NULL)",
    );
    for (let version = (await currentVersion(db, client)) + 1; version <= migrations.length; version += 1) {
      await run(migrations[version - 1] as string);
      await db.queryOn(client, "INSERT INTO schema_versions VALUES ($1, now())", [version]);
    }
    await run("COMMIT");
  } catch (error) {
    await run("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

async function currentVersion(db: Database, client: PostgresClient): Promise<number> {
  const table = `${db.schema}.schema_versions`;
  const [known] = await db.queryOn<{ found: boolean }>(client, "SELECT to_regclass($1) IS NOT NULL AS found", [table]);
  if (known?.found !== true) return 0;
  const [row] = await db.queryOn<{ version: number | null }>(client, `SELECT max(version) AS version FROM ${table}`);
  const version = row?.version ?? 0;
  if (version <= migrations.length) return version;
  throw new SchemaVersionError(
    `The schema ${db.schema} has version ${version}, and this release of Perdure knows versions up to ` +
      `${migrations.length}. Run the release that made it, or a newer one.`,
  );
}

function outdatedSchema(db: Database, version: number): SchemaVersionError {
  const found = version === 0 ? "is not there yet" : `has version ${version}`;
  return new SchemaVersionError(
    `The schema ${db.schema} ${found}, and this release of Perdure needs version ${migrations.length}. ` +
      `Open it once with migrations: "apply" and the rights to do so.`,
  );
}
