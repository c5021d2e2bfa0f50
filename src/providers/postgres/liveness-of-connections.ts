// Imported, because orchestrations see global timers that throw.
import { clearTimeout, setTimeout } from "node:timers";
import type { PostgresClient, PostgresPool } from "./pool.ts";

/**
 * When each connection was last known to lead somewhere. One that has gone half-open says nothing: it is found out by a
 * statement that is not answered in time. Then the others that have not been heard of since that statement was sent are
 * probably just as dead, and are not worth as long a wait each.
 */
export class LivenessOfConnections {
  readonly #heardAt = new WeakMap<PostgresClient, number>();
  #silentSince = -Infinity;

  /** Lends a connection that is not suspected of being dead, if there is one within so many milliseconds. */
  async connect(pool: PostgresPool, withinMs: number): Promise<PostgresClient> {
    for (;;) {
      const client = await connectWithin(pool, withinMs);
      // What was never heard of has just been made.
      if ((this.#heardAt.get(client) ?? Infinity) > this.#silentSince) return client;
      client.on("error", ignore);
      client.release(true);
    }
  }

  async watch<T>(client: PostgresClient, longestMs: number, ask: () => Promise<T>): Promise<T> {
    const sentAt = performance.now();
    try {
      const answer = await ask();
      this.#heardAt.set(client, performance.now());
      return answer;
    } catch (error) {
      const now = performance.now();
      // Refused is answered as well. What failed earlier was told of its connection's end.
      if (now - sentAt >= longestMs) this.#silentSince = Math.max(this.#silentSince, sentAt);
      throw error;
    }
  }
}

/** A pool may wait for ever: for a connection that others have, or for one whose making went half-open. */
async function connectWithin(pool: PostgresPool, withinMs: number): Promise<PostgresClient> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new Error(`no connection was free, and no new one came about, within ${withinMs} ms`));
  }, withinMs);
  const connecting = pool.connect();
  try {
    return await Promise.race([connecting, tooLate]);
  } catch (error) {
    connecting.then((client) => client.release(), ignore);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

const ignore = (): void => undefined;
