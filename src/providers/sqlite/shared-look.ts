import { captureContext } from "../../values/index.ts";
import type { Connection } from "./connection.ts";

type Query<T> = (db: Connection) => T;

interface Look {
  readonly query: Query<unknown>;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Looks at a row or two that are asked for in the same moment, such as by all who waited for what a commit has ended,
 * share a snapshot: to begin and to end one takes half as long as a look.
 */
export class SharedLook {
  readonly #read: <T>(query: Query<T>) => Promise<T>;
  // Not in the async context of whoever happened to look first.
  readonly #inOwnContext = captureContext();
  #waiting: Look[] = [];

  constructor(read: <T>(query: Query<T>) => Promise<T>) {
    this.#read = read;
  }

  add<T>(query: Query<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ query, resolve: resolve as Look["resolve"], reject });
      if (this.#waiting.length === 1) this.#inOwnContext(() => void this.#answerSoon());
    });
  }

  async #answerSoon(): Promise<void> {
    // Whoever else was woken in this moment has its turn before this goes on.
    await Promise.resolve();
    const looks = this.#waiting;
    this.#waiting = [];
    try {
      const answers = await this.#read((db) => lookAt(db, looks));
      for (const [index, { resolve }] of looks.entries()) resolve(answers[index]);
    } catch (error) {
      for (const { reject } of looks) reject(error);
    }
  }
}

function lookAt(db: Connection, looks: readonly Look[]): unknown[] {
  const answers = () => looks.map(({ query }) => query(db));
  return looks.length === 1 ? answers() : db.snapshot(answers);
}
