import type pg from "pg";
import type { PostgresClient, PostgresPool, PostgresQuery } from "../../src/providers/postgres/index.ts";

/**
 * What a connection through a transaction pooler is like: every transaction may be on another connection of the server,
 * where nothing is remembered of the one before, and no notification finds its way back.
 */
export class TransactionPooler implements PostgresPool {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  connect(): Promise<PostgresClient> {
    let held: pg.PoolClient | null = null;
    const query = async (config: PostgresQuery) => {
      const client = held ?? (await this.#pool.connect());
      if (/^BEGIN\b/.test(config.text)) held = client;
      if (/^(COMMIT|ROLLBACK)\b/.test(config.text)) held = null;
      try {
        return await client.query(config as pg.QueryConfig);
      } finally {
        if (held === null) {
          await client.query("RESET ALL; UNLISTEN *; DEALLOCATE ALL");
          client.release();
        }
      }
    };
    const nothing = (): undefined => undefined;
    return Promise.resolve({ query, on: nothing, off: nothing, release: nothing });
  }

  on(...args: Parameters<pg.Pool["on"]>): unknown {
    return this.#pool.on(...args);
  }

  off(...args: Parameters<pg.Pool["off"]>): unknown {
    return this.#pool.off(...args);
  }

  end(): Promise<void> {
    return this.#pool.end();
  }
}
