import { DatabaseSync } from "node:sqlite";
import type { PostgresTransaction } from "../../src/providers/postgres/index.ts";
import type { SqliteTransaction } from "../../src/providers/sqlite/index.ts";
import type { World } from "./world.ts";

export type AnyTransaction = SqliteTransaction | PostgresTransaction;

/** A connection of a user's own to the store's database. */
export interface UserConnection {
  /** What `client.start` takes. */
  readonly transaction: object;
  send(statement: string): unknown;
  close(): Promise<void>;
}

/** A table of a user's own beside the store's. */
export class UserRows {
  readonly #world: World;
  readonly table: string;

  constructor(world: World) {
    this.#world = world;
    const { schema } = world.store;
    this.table = schema === null ? "user_rows" : `${schema.schema}.user_rows`;
    world.store.sql("CREATE TABLE IF NOT EXISTS user_rows (id TEXT PRIMARY KEY, amount INTEGER NOT NULL DEFAULT 0)");
    world.store.sql("DELETE FROM user_rows");
  }

  ids(): string[] {
    return this.#world.store.sql("SELECT id FROM user_rows ORDER BY id").map(({ id }) => String(id));
  }

  insertion(id: string): string {
    return `INSERT INTO ${this.table} (id) VALUES ('${id}')`;
  }

  /** In the body of a transaction, on whichever store: to be returned or awaited. */
  insert(transaction: AnyTransaction, id: string): unknown {
    const sql = this.insertion(id);
    return "query" in transaction ? transaction.query(sql) : transaction.run(sql);
  }

  async connect(): Promise<UserConnection> {
    const { schema, file } = this.#world.store;
    if (schema === null) {
      const database = new DatabaseSync(file as string, { timeout: 5_000 });
      return {
        transaction: database,
        send: (statement) => database.exec(statement),
        close: async () => database.close(),
      };
    }
    const client = await schema.pool.connect();
    return {
      transaction: client,
      send: (statement) => client.query(statement),
      close: async () => client.release(true),
    };
  }
}
