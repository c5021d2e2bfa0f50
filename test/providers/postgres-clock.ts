import type pg from "pg";
import type { Clock } from "../../src/providers/clock.ts";
import { type PostgresPool, PostgresProvider } from "../../src/providers/postgres/index.ts";
import { borrowSchema, giveBackSchema } from "../support/borrowed-schemas.ts";
import type { PostgresSchema } from "../support/postgres-schema.ts";
import type { OpenStore, StoreUnderTest } from "../../src/providers/conformance/scene.ts";

/** A store whose time is that of the test's clock, reached through whatever `through` makes of a pool. */
export const openPostgresStoreOn =
  (through: (pool: pg.Pool) => PostgresPool): OpenStore =>
  (clock) =>
    openPostgresSchema(clock, through);

export const openPostgresStore = openPostgresStoreOn((pool) => pool);

interface StoreInSchema extends StoreUnderTest {
  readonly schema: PostgresSchema;
}

export async function openPostgresSchema(
  clock: Clock,
  through: (pool: pg.Pool) => PostgresPool = (pool) => pool,
): Promise<StoreInSchema> {
  const schema = await borrowSchema();
  await useClockTable(schema);
  const pool = followClock(schema, through(schema.pool), clock);
  const open = () => PostgresProvider.open(pool, { schema: schema.schema, monotonic: () => 0 });
  const provider = await open();
  return {
    schema,
    provider,
    openAnother: open,
    [Symbol.asyncDispose]: async () => {
      await provider.close();
      giveBackSchema(schema);
    },
  };
}

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
function followClock(schema: PostgresSchema, pool: PostgresPool, clock: Clock): PostgresPool {
  let written = Number.NaN;
  return {
    connect: async () => {
      const at = Math.floor(clock());
      if (at !== written) await schema.pool.query(`UPDATE ${schema.schema}.test_clock SET at = $1`, [at]);
      written = at;
      return await pool.connect();
    },
    on: pool.on.bind(pool),
    off: pool.off.bind(pool),
    end: () => pool.end(),
  };
}
