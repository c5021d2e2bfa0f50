import type pg from "pg";
import type { PostgresClient, PostgresPool, PostgresQuery } from "../../src/providers/postgres/index.ts";

/** A pool that notes each round trip of those who use it. */
export class CountingPool implements PostgresPool {
  readonly queries: string[] = [];
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async connect(): Promise<PostgresClient> {
    const client = await this.#pool.connect();
    const query = (config: PostgresQuery) => {
      this.queries.push(config.text);
      return client.query(config as pg.QueryConfig);
    };
    return {
      query,
      on: client.on.bind(client),
      off: client.off.bind(client),
      release: (destroy) => client.release(destroy),
    };
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
