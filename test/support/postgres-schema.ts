import { randomBytes } from "node:crypto";
import pg from "pg";
import { type PostgresOptions, PostgresProvider } from "../../src/providers/postgres/index.ts";
import { postgresUrl } from "./postgres-server.ts";

const tables =
  "instances, ownerships, ready, messages, history, work_items, work_bodies, timers, state, nodes, capabilities, " +
  "departed, unservable, sessions";

/** A schema of a test's own on the server that all tests share. */
export class PostgresSchema implements AsyncDisposable {
  readonly url: string;
  readonly schema = `test_${randomBytes(8).toString("hex")}`;
  readonly pool: pg.Pool;

  static async create(): Promise<PostgresSchema> {
    return new PostgresSchema(await postgresUrl());
  }

  private constructor(url: string) {
    this.url = url;
    this.pool = this.newPool();
  }

  /** A pool as a user would have one, to be ended by the test. */
  newPool(options: pg.PoolConfig = {}): pg.Pool {
    const pool = new pg.Pool({ connectionString: this.url, application_name: this.schema, max: 10, ...options });
    pool.on("error", () => undefined);
    return pool;
  }

  open(options: PostgresOptions = {}): Promise<PostgresProvider> {
    return PostgresProvider.open(this.pool, { schema: this.schema, ...options });
  }

  async query<R>(text: string, values: unknown[] = []): Promise<R[]> {
    const client = await this.pool.connect();
    try {
      await client.query(`SET search_path = ${this.schema}`);
      return (await client.query(text, values)).rows as R[];
    } finally {
      client.release(true);
    }
  }

  /** As if it had just been created, its numbers beginning at 1 again. */
  async empty(): Promise<void> {
    await this.query("SELECT unseal_store(move_id) FROM seal");
    await this.query(`TRUNCATE ${tables} RESTART IDENTITY; ALTER SEQUENCE instance_keys RESTART`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.query(`DROP SCHEMA IF EXISTS ${this.schema} CASCADE`);
    await this.pool.end();
  }
}
