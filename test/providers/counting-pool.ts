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
      on: (event: "error" | "notification", listener: (argument: never) => void) =>
        client.on(event as "error", listener as never),
      off: (event: "error" | "notification", listener: (argument: never) => void) =>
        client.off(event as "error", listener as never),
      release: (destroy) => client.release(destroy),
    };
  }

  on(event: "error", listener: (error: Error) => void): unknown {
    return this.#pool.on(event, listener);
  }

  off(event: "error", listener: (error: Error) => void): unknown {
    return this.#pool.off(event, listener);
  }

  end(): Promise<void> {
    return this.#pool.end();
  }
}
