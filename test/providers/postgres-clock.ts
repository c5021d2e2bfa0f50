import type pg from "pg";
import type { Clock } from "../../src/providers/clock.ts";
import { type PostgresPool, PostgresProvider } from "../../src/providers/postgres/index.ts";
import { borrowSchema, giveBackSchema, type PostgresSchema } from "../support/postgres-schema.ts";
import type { OpenStore } from "./contract-checks/scene.ts";

/** A store whose time is that of the test's clock. */
export const openPostgresStore: OpenStore = async (clock) => {
  const schema = await borrowSchema();
  await useClockTable(schema);
  const pool = followClock(schema.pool, schema.schema, clock);
  const open = () => PostgresProvider.open(pool, { schema: schema.schema, monotonic: () => 0 });
  const provider = await open();
  return {
    provider,
    openAnother: open,
    [Symbol.asyncDispose]: async () => {
      await provider.close();
      giveBackSchema(schema);
    },
  };
};

async function useClockTable(schema: PostgresSchema): Promise<void> {
  const [known] = await schema.query("SELECT 1 WHERE to_regclass('test_clock') IS NOT NULL");
  if (known !== undefined) return;
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
    on: pool.on.bind(pool),
    off: pool.off.bind(pool),
    end: () => pool.end(),
  };
}
