import type pg from "pg";
import type { PostgresClient, PostgresPool, PostgresQuery } from "../../src/providers/postgres/index.ts";

/** A pool that notes each round trip of those who use it, and may be made to refuse. */
export class CountingPool implements PostgresPool {
  readonly queries: string[] = [];
  refused = 0;
  #refuseAfter: string | null = null;
  #isRefusing = false;
  #held: { readonly text: string; readonly reached: () => void; readonly gate: Promise<void> } | null = null;
  readonly #pool: pg.Pool;
  readonly #lent = new WeakMap<pg.PoolClient, PostgresClient>();

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** Once a statement with this text has been answered, the next connection is refused. */
  refuseAfter(text: string): void {
    this.#refuseAfter = text;
  }

  /** The next statement that begins so is held back until it may go on. */
  holdBack(text: string): { readonly reached: Promise<void>; goOn(): void } {
    const [reached, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    this.#held = { text, reached: reached.resolve, gate: gate.promise };
    return { reached: reached.promise, goOn: gate.resolve };
  }

  async connect(): Promise<PostgresClient> {
    if (this.#isRefusing) {
      this.#isRefusing = false;
      this.refused += 1;
      throw new Error("timeout exceeded when trying to connect");
    }
    const client = await this.#pool.connect();
    const known = this.#lent.get(client);
    if (known !== undefined) return known;
    const query = async (config: PostgresQuery) => {
      this.queries.push(config.text);
      const held = this.#held;
      if (held !== null && config.text.startsWith(held.text)) {
        this.#held = null;
        held.reached();
        await held.gate;
      }
      const answer = await client.query(config as pg.QueryConfig);
      if (this.#refuseAfter !== null && config.text.includes(this.#refuseAfter)) {
        this.#refuseAfter = null;
        this.#isRefusing = true;
      }
      return answer;
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
