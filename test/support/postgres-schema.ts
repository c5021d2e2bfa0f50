import { randomBytes } from "node:crypto";
import pg from "pg";
import { type PostgresOptions, PostgresProvider } from "../../src/providers/postgres/index.ts";
import { postgresUrl } from "./postgres-server.ts";
import { SyncPostgres } from "./sync-postgres.ts";

const tables = [
  "instances",
  "ownerships",
  "ready",
  "messages",
  "history",
  "work_items",
  "timers",
  "state",
  "nodes",
  "capabilities",
  "departed",
  "unservable",
  "sessions",
];

// To make a table's files anew takes twenty times as long as to delete a few rows.
const smallBytes = 256 * 1024;

/** A schema of a test's own on the server that all tests share. */
export class PostgresSchema implements AsyncDisposable {
  readonly url: string;
  readonly schema = `test_${randomBytes(8).toString("hex")}`;
  readonly pool: pg.Pool;
  /** For what the test itself does: its connections see the schema, and are none of those that a provider uses. */
  readonly #aside: pg.Pool;
  #sync: SyncPostgres | null = null;

  static async create(): Promise<PostgresSchema> {
    return new PostgresSchema(await postgresUrl());
  }

  private constructor(url: string) {
    this.url = url;
    this.pool = this.newPool();
    this.#aside = this.newPool({
      application_name: "test",
      options: `-c search_path=${this.schema}`,
      allowExitOnIdle: true,
    });
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
    return (await this.#aside.query(text, values)).rows as R[];
  }

  /** What the test itself does without giving up the thread. To begin with that takes a thread of its own. */
  querySync(text: string, values: readonly unknown[]): Record<string, unknown>[] {
    this.#sync ??= new SyncPostgres(this.url, this.schema);
    return this.#sync.query(text, values);
  }

  /** As it would be when the leases of nodes that are dead had run out: of all of them, or of one. */
  async expireLeases(nodeId?: string): Promise<void> {
    const whose = nodeId === undefined ? "" : " WHERE node_id = $1";
    await this.query(`UPDATE nodes SET lease_until = 0${whose}`, nodeId === undefined ? [] : [nodeId]);
  }

  /** As if it had just been created, its numbers beginning at 1 again. */
  async empty(): Promise<void> {
    await this.query("SELECT unseal_store(move_id) FROM seal");
    const sizes = await this.query<{ readonly name: string; readonly bytes: string }>(
      "SELECT name, pg_relation_size(name::regclass) AS bytes FROM unnest($1::text[]) name",
      [tables],
    );
    const large = sizes.filter(({ bytes }) => Number(bytes) > smallBytes).map(({ name }) => name);
    if (large.length > 0) await this.query(`TRUNCATE ${large.join(", ")}`);
    await this.query(tables.map((name) => `DELETE FROM ${name};`).join(" "));
    await this.query(
      "SELECT setval(format('%I.%I', schemaname, sequencename), 1, false) FROM pg_sequences WHERE schemaname = $1",
      [this.schema],
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sync?.close();
    await this.#aside.end();
    await this.pool.query(`DROP SCHEMA IF EXISTS ${this.schema} CASCADE`);
    await this.pool.end();
  }
}
