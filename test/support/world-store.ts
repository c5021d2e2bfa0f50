import { mkdtempSync, rmSync } from "node:fs";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../src/providers/clock.ts";
import type { Provider } from "../../src/providers/contract.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import type { PostgresSchema } from "./postgres-schema.ts";

export type StoreKind = "sqlite" | "postgres";

/** Where a world keeps what it keeps. */
export interface WorldStore {
  readonly provider: Provider;
  /** The database, if it is a file. */
  readonly file: string | null;
  /** The schema, if it is on PostgreSQL. */
  readonly schema: PostgresSchema | null;
  /** A provider of its own on the same store, as another process would have. */
  openAnother(): Promise<Provider>;
  /** Looks behind the provider's back, or damages what it keeps. Statements are written as for SQLite. */
  sql(statement: string, ...values: SQLInputValue[]): Record<string, unknown>[];
  close(): Promise<void>;
}

export async function openSqliteStore(options: { readonly clock?: Clock }): Promise<WorldStore> {
  const folder = mkdtempSync(join(tmpdir(), "perdure-test-"));
  const file = join(folder, "store.db");
  const provider = await SqliteProvider.open(file, options);
  return {
    provider,
    file,
    schema: null,
    openAnother: () => SqliteProvider.open(file, options),
    sql: (statement, ...values) => {
      const database = new DatabaseSync(file, { timeout: 5_000 });
      try {
        return database.prepare(statement).all(...values);
      } finally {
        database.close();
      }
    },
    close: async () => {
      await provider.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
