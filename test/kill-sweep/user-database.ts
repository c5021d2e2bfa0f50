import { DatabaseSync } from "node:sqlite";
import pg from "pg";
import type { PostgresTransaction } from "../../src/providers/postgres/index.ts";
import type { SqliteTransaction } from "../../src/providers/sqlite/index.ts";
import type { Address } from "../support/store-address.ts";
import type { Cuts } from "./cuts.ts";

/** As the body of a transactional activity is given it, on whichever store. */
export type AnyTransaction = SqliteTransaction | PostgresTransaction;

/** What the program itself keeps beside the store, in the same database. */
export interface UserRows {
  /** Rows that bodies of transactions wrote: two for each, with the attempt that wrote them. */
  readonly written: readonly { readonly key: string; readonly attempt: number }[];
  /** Ids of orders, each of which was inserted together with the start of its instance. */
  readonly orders: readonly string[];
}

/** The program's own tables, in the database of its store. */
export class UserDatabase {
  readonly #address: Address;
  readonly #cuts: Cuts | null;

  /** Each statement, and the commit, is a place where `cuts` may end the process. */
  constructor(address: Address, cuts: Cuts | null = null) {
    this.#address = address;
    this.#cuts = cuts;
  }

  /** In the body of a transaction: to be awaited on PostgreSQL; on SQLite it has happened when it returns. */
  write(tx: AnyTransaction, key: string, attempt: number): unknown {
    const insertion = `INSERT INTO ${this.#table("written")} VALUES ('${key}', ${attempt})`;
    if ("query" in tx) return tx.query(insertion);
    tx.run(creation("written"));
    return tx.run(insertion);
  }

  /** Inserts an order, unless it is there, and does what belongs to it, in one transaction of the program's own. */
  async insertOrder(id: string, start: (transaction: object) => unknown): Promise<void> {
    const insertion = `INSERT INTO ${this.#table("orders")} VALUES ('${id}') ON CONFLICT DO NOTHING`;
    if (this.#address.kind === "sqlite") {
      using database = this.#openFile(this.#address.file);
      await this.#cuttable(() => database.exec("BEGIN IMMEDIATE"));
      database.exec(creation("orders"));
      await this.#cuttable(() => database.exec(insertion));
      await this.#cuttable(() => start(database));
      await this.#cuttable(() => database.exec("COMMIT"));
      return;
    }
    const client = new pg.Client(this.#address.url);
    client.on("error", () => undefined);
    await client.connect();
    try {
      await this.#cuttable(() => client.query("BEGIN"));
      await this.#cuttable(() => client.query(insertion));
      await this.#cuttable(() => start(client));
      await this.#cuttable(() => client.query("COMMIT"));
    } finally {
      await client.end();
    }
  }

  async read(): Promise<UserRows> {
    if (this.#address.kind === "sqlite") {
      using database = this.#openFile(this.#address.file);
      const rows = (table: Table) => {
        const isThere = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = ?").get(table) !== undefined;
        return isThere ? database.prepare(`SELECT * FROM ${table}`).all() : [];
      };
      return userRows(rows("written"), rows("orders"));
    }
    const client = new pg.Client(this.#address.url);
    await client.connect();
    try {
      const rows = async (table: Table) => (await client.query<Row>(`SELECT * FROM ${this.#table(table)}`)).rows;
      return userRows(await rows("written"), await rows("orders"));
    } finally {
      await client.end();
    }
  }

  #table(table: Table): string {
    return this.#address.kind === "sqlite" ? table : `${this.#address.schema}.${table}`;
  }

  #openFile(file: string): DatabaseSync {
    return new DatabaseSync(file, { timeout: 10_000 });
  }

  async #cuttable(send: () => unknown): Promise<void> {
    await (this.#cuts === null ? send() : this.#cuts.call(send));
  }
}

/** Made beforehand on PostgreSQL, where two bodies could not make one table at the same time. */
export const creations = ["written", "orders"].map((table) => creation(table as Table));

type Table = "written" | "orders";
type Row = Record<string, unknown>;

function creation(table: Table): string {
  const columns = table === "orders" ? "id TEXT PRIMARY KEY" : "key TEXT NOT NULL, attempt INTEGER NOT NULL";
  return `CREATE TABLE IF NOT EXISTS ${table} (${columns})`;
}

function userRows(written: readonly Row[], orders: readonly Row[]): UserRows {
  return {
    written: written.map(({ key, attempt }) => ({ key: String(key), attempt: Number(attempt) })),
    orders: orders.map(({ id }) => String(id)),
  };
}
