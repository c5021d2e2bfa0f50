import { DatabaseSync } from "node:sqlite";
import pg from "pg";

/** The tables of a store, as they are at one moment. Statements name tables as PostgreSQL has them. */
export interface StoreRows {
  readonly kind: "sqlite" | "postgres";
  query<R>(statement: string): Promise<R[]>;
}

/** Reads everything from one and the same state of the database. */
export type InSnapshot = <T>(read: (rows: StoreRows) => Promise<T>) => Promise<T>;

export function postgresSnapshots(url: string, schema: string): InSnapshot {
  return async (read) => {
    const client = new pg.Client({ connectionString: url, application_name: "checker" });
    client.on("error", () => undefined);
    await client.connect();
    try {
      await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
      await client.query(`SET LOCAL search_path = "${schema}"`);
      return await read({
        kind: "postgres",
        query: async <R>(statement: string) => (await client.query(statement)).rows.map(withNumbers) as R[],
      });
    } finally {
      await client.end();
    }
  };
}

export function sqliteSnapshots(file: string): InSnapshot {
  return async (read) => {
    const database = new DatabaseSync(file, { readOnly: true, timeout: 1_000 });
    try {
      database.exec("BEGIN");
      return await read({
        kind: "sqlite",
        query: <R>(statement: string) => Promise.resolve(database.prepare(toSqlite(statement)).all() as R[]),
      });
    } finally {
      database.close();
    }
  };
}

const toSqlite = (statement: string) => statement.replaceAll(/\b(FROM|JOIN) (\w)/g, "$1 perdure_$2");

/** `pg` gives a bigint as text. Nothing here is that large. */
const withNumbers = (row: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, isCount(name, value) ? Number(value) : value]));

const isCount = (name: string, value: unknown): boolean =>
  typeof value === "string" && ["key", "at", "count", "execution_id", "event_id"].includes(name);
