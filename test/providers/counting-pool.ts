import type pg from "pg";
import type { PostgresClient, PostgresPool, PostgresQuery } from "../../src/providers/postgres/index.ts";

/** A pool that notes each round trip of those who use it. */
export class CountingPool implements PostgresPool {
  readonly queries: string[] = [];
  readonly #pool: pg.Pool;
  readonly #lent = new WeakMap<pg.PoolClient, PostgresClient>();

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async connect(): Promise<PostgresClient> {
    const client = await this.#pool.connect();
    const known = this.#lent.get(client);
    if (known !== undefined) return known;
    const query = (config: PostgresQuery) => {
      this.queries.push(config.text);
      return client.query(config as pg.QueryConfig);
    };
    const lent: PostgresClient = {
      query,
      on: client.on.bind(client),
      off: client.off.bind(client),
      release: (destroy) => client.release(destroy),
    };
    // Whoever lends a connection twice lends the same object, as pg does.
    this.#lent.set(client, lent);
    return lent;
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
