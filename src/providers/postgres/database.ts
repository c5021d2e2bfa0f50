import { isConnectionLost, toStorageError } from "./postgres-errors.ts";
import { LivenessOfConnections } from "./liveness-of-connections.ts";
import type { PostgresClient, PostgresPool } from "./pool.ts";
import { NamedStatements } from "./named-statements.ts";
import { PrimaryOnly, StandbyError } from "./primary-only.ts";
import { StoreClock } from "./store-clock.ts";
import { longForDates } from "./low-water.ts";
import type { UnheardCommits } from "./unheard-commits.ts";

export interface DatabaseOptions {
  readonly pool: PostgresPool;
  /** Already validated. */
  readonly schema: string;
  readonly queryTimeoutMs: number;
  readonly unheard: UnheardCommits;
  readonly monotonic?: (() => number) | undefined;
}

interface Sent {
  /** It fails if it is not answered so soon; at most as long as every statement may take. */
  readonly withinMs?: number | undefined;
  readonly name?: string | undefined;
}

/**
 * The pool as the storage operations see it. Each statement is a transaction of its own, on whichever connection is
 * free: nothing here relies on what a session remembers, so a transaction pooler may stand in between.
 */
export class Database {
  readonly schema: string;
  readonly pool: PostgresPool;
  readonly #queryTimeoutMs: number;
  readonly #liveness = new LivenessOfConnections();
  readonly #primary = new PrimaryOnly();
  readonly #unheard: UnheardCommits;
  readonly named = new NamedStatements();
  readonly clock: StoreClock;
  readonly leaseClock: StoreClock;

  constructor(options: DatabaseOptions) {
    this.pool = options.pool;
    this.schema = `"${options.schema}"`;
    this.#queryTimeoutMs = options.queryTimeoutMs;
    this.#unheard = options.unheard;
    this.clock = new StoreClock(options.monotonic);
    this.leaseClock = new StoreClock(options.monotonic);
  }

  /** Calls a function of the schema, and gives its one row. */
  async call<R>(name: string, ...values: readonly unknown[]): Promise<R> {
    return await this.#call<R>(name, values, Infinity);
  }

  /** As `call`, for what a node asks all the time: a connection that leads nowhere is to be noticed soon. */
  async callOften<R>(name: string, ...values: readonly unknown[]): Promise<R> {
    return await this.#call<R>(name, values, noticedWithinMs);
  }

  /** Runs one statement. Its tables have to be named with the schema. */
  async query<R>(text: string, values: readonly unknown[] = [], withinMs?: number): Promise<R[]> {
    return await this.withClient((client) => this.queryOn<R>(client, text, values, { withinMs }));
  }

  /**
   * As `query`, for what may have to look at much: the server itself gives up in time, and does not go on for somebody
   * who has long turned away. Three round trips instead of one.
   */
  async queryBounded<R>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    const serverMs = Math.ceil(this.#queryTimeoutMs * 0.9);
    return await this.withClient(async (client) => {
      await this.sendOn(client, `BEGIN READ ONLY; SET LOCAL statement_timeout = ${serverMs}`);
      try {
        const rows = await this.queryOn<R>(client, text, values);
        await this.sendOn(client, "COMMIT");
        return rows;
      } catch (error) {
        if (!isConnectionLost(error)) await this.sendOn(client, "ROLLBACK");
        throw error;
      }
    });
  }

  async queryOn<R>(
    client: PostgresClient,
    text: string,
    values: readonly unknown[] = [],
    { withinMs = Infinity, name }: Sent = {},
  ): Promise<R[]> {
    const longestMs = Math.min(withinMs, this.#queryTimeoutMs) + carryingMs(values);
    const sentAt = performance.now();
    const { rows } = await this.#liveness.watch(client, longestMs, () =>
      client.query({
        text,
        values: values as unknown[],
        types: { getTypeParser },
        query_timeout: longestMs,
        ...(name !== undefined && { name }),
      }),
    );
    if (performance.now() - sentAt > longForDates) this.#unheard.lost();
    const [first] = rows as { store_now?: number }[];
    if (first?.store_now !== undefined) first.store_now = this.clock.read(first.store_now);
    return rows as R[];
  }

  /** Sends statements without parameters in one message: they are carried out up to the first that fails. */
  async sendOn(client: PostgresClient, text: string): Promise<void> {
    await client.query({ text, query_timeout: this.#queryTimeoutMs });
  }

  /** Lends a connection. One that is not fit for others is closed afterwards. */
  async withClient<T>(use: (client: PostgresClient) => Promise<T>): Promise<T> {
    let client: PostgresClient;
    try {
      client = await this.#liveness.connect(this.pool, this.#queryTimeoutMs);
    } catch (error) {
      throw toStorageError(error, "PostgreSQL could not be reached");
    }
    client.on("error", ignore);
    let isBroken = false;
    try {
      await this.#primary.check(client, this.#queryTimeoutMs);
      const used = await use(client);
      this.#unheard.answered();
      return used;
    } catch (error) {
      isBroken = isConnectionLost(error) || error instanceof StandbyError;
      if (isBroken) this.#unheard.lost();
      throw error;
    } finally {
      client.off("error", ignore);
      client.release(isBroken);
    }
  }

  async #call<R>(name: string, values: readonly unknown[], withinMs: number): Promise<R> {
    const parameters = values.map((_value, index) => `$${index + 1}`).join(", ");
    const text = `SELECT * FROM ${this.schema}.${name}(${parameters})`;
    const [row] = await this.withClient(async (client) => {
      const known = this.named.nameOf(name, text);
      try {
        return await this.queryOn<R>(client, text, values, { withinMs, name: known });
      } catch (error) {
        if (known === undefined || !this.named.giveUpAfter(error)) throw error;
        return this.queryOn<R>(client, text, values, { withinMs });
      }
    });
    return row as R;
  }
}

/** Sent within a lease's renewals, so that a dead connection is known 15 s after it died. */
const noticedWithinMs = 7_000;

/** How much longer a statement may take for what it carries: a thousandth of a second for each kilobyte. */
function carryingMs(values: readonly unknown[]): number {
  return values.reduce<number>(
    (sum, value) => sum + (typeof value === "string" || Buffer.isBuffer(value) ? value.length / 1_000 : 0),
    0,
  );
}

/**
 * A connection that dies says so with an event, besides failing what is asked of it; and an event that nobody listens
 * to would end the process. While a connection is idle the pool hears of it, and while it is lent we do. But one that
 * dies in the moment after it was made, before it is lent, has to be listened to from the start.
 */
export function surviveLostConnections(pool: PostgresPool): () => void {
  pool.on("error", ignore);
  pool.on("connect", surviveLoss);
  return () => {
    pool.off("error", ignore);
    pool.off("connect", surviveLoss);
  };
}

const ignore = (): void => undefined;

const surviveLoss = (client: PostgresClient): void => void client.on("error", ignore);

// By their ids, because the process may have changed what `pg` makes of these types.
const parsers: ReadonlyMap<number, (text: string) => unknown> = new Map<number, (text: string) => unknown>([
  [16, (text) => text === "t"],
  [20, Number],
  [21, Number],
  [23, Number],
  [114, (text) => JSON.parse(text) as unknown],
  [1007, numberArray],
  [1009, textArray],
  [1016, numberArray],
]);

function getTypeParser(typeId: number): (text: string) => unknown {
  return parsers.get(typeId) ?? String;
}

function numberArray(text: string): (number | null)[] {
  const inner = text.slice(1, -1);
  return inner === "" ? [] : inner.split(",").map((item) => (item === "NULL" ? null : Number(item)));
}

function textArray(text: string): (string | null)[] {
  const items: (string | null)[] = [];
  for (const [, quoted, plain] of text.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|([^,]+)/gs)) {
    if (quoted !== undefined) items.push(quoted.replaceAll(/\\(.)/gs, "$1"));
    else items.push(plain === "NULL" ? null : (plain as string));
  }
  return items;
}
