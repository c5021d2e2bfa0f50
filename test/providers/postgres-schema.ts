import { randomBytes } from "node:crypto";
import pg from "pg";
import type { Clock } from "../../src/providers/clock.ts";
import { type PostgresOptions, type PostgresPool, PostgresProvider } from "../../src/providers/postgres/index.ts";
import { postgresUrl } from "../support/postgres-server.ts";
import type { OpenStore } from "./contract-checks/scene.ts";

/** A schema of its own on the server that all tests share, removed when the test is over. */
export class PostgresSchema implements AsyncDisposable {
  readonly schema = `test_${randomBytes(8).toString("hex")}`;
  readonly pool: pg.Pool;

  static async create(): Promise<PostgresSchema> {
    return new PostgresSchema(await postgresUrl());
  }

  private constructor(url: string) {
    this.pool = new pg.Pool({ connectionString: url, max: 10 });
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

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.query(`DROP SCHEMA IF EXISTS ${this.schema} CASCADE`);
    await this.pool.end();
  }
}

/** A store whose time is that of the test's clock. */
export const openPostgresStore: OpenStore = async (clock) => {
  const schema = await PostgresSchema.create();
  await (await schema.open()).close();
  await useClockTable(schema);
  const pool = followClock(schema.pool, schema.schema, clock);
  const open = () => PostgresProvider.open(pool, { schema: schema.schema, monotonic: () => 0 });
  const provider = await open();
  return {
    provider,
    openAnother: open,
    [Symbol.asyncDispose]: async () => {
      await provider.close();
      await schema[Symbol.asyncDispose]();
    },
  };
};

async function useClockTable(schema: PostgresSchema): Promise<void> {
  await schema.query("CREATE UNLOGGED TABLE test_clock (at bigint NOT NULL)");
  await schema.query("INSERT INTO test_clock VALUES (0)");
  for (const name of ["store_now", "lease_now"]) {
    await schema.query(
      `CREATE OR REPLACE FUNCTION ${name}() RETURNS bigint LANGUAGE sql VOLATILE
         AS $$ SELECT at FROM ${schema.schema}.test_clock $$`,
    );
  }
}

/** Writes the clock's time into the schema before any statement that follows a move of the clock. */
function followClock(pool: pg.Pool, schema: string, clock: Clock): PostgresPool {
  let written = Number.NaN;
  return {
    connect: async () => {
      const client = await pool.connect();
      const at = Math.floor(clock());
      if (at !== written) await client.query(`UPDATE ${schema}.test_clock SET at = $1`, [at]);
      written = at;
      return client;
    },
    on: (event, listener) => pool.on(event, listener),
    off: (event, listener) => pool.off(event, listener),
    end: () => pool.end(),
  };
}
