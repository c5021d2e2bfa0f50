import type { SQLInputValue, SQLOutputValue } from "node:sqlite";
import { InvalidArgumentError } from "../../errors/index.ts";
import type { Transaction } from "./transaction.ts";

/**
 * An open transaction on the store's file, for rows of your own. It lasts as long as the function that it is given to:
 * that function must not be async, and what it throws undoes all that it wrote.
 */
export interface SqliteTransaction {
  /** Runs a statement that gives no rows. */
  run(sql: string, ...values: SQLInputValue[]): { readonly changes: number; readonly lastInsertRowid: number | bigint };
  /** The first row, by the names of its columns. */
  get(sql: string, ...values: SQLInputValue[]): Record<string, SQLOutputValue> | undefined;
  /** All rows, by the names of their columns. */
  all(sql: string, ...values: SQLInputValue[]): Record<string, SQLOutputValue>[];
}

export type Ran<T> = { readonly value: T } | { readonly error: unknown };

const open = new WeakMap<object, Transaction>();

/** The transaction that a user's function was given; undefined if it is none, or is over. */
export function openTransaction(given: object): Transaction | undefined {
  return open.get(given);
}

/** Runs a user's function under a savepoint: what it wrote stays, unless it throws. */
export function runUnderSavepoint<T>(
  tx: Transaction,
  body: (transaction: SqliteTransaction) => T | Promise<T>,
): Ran<T> {
  const { db } = tx;
  const given = userTransaction(tx);
  db.run("SAVEPOINT body");
  open.set(given, tx);
  try {
    const value = synchronous(body(given));
    db.run("RELEASE body");
    return { value };
  } catch (error) {
    // A full disk or an I/O error has ended the whole transaction already: that is not for the body to answer for.
    if (!db.inTransaction) throw error;
    db.run("ROLLBACK TO body");
    db.run("RELEASE body");
    return { error };
  } finally {
    open.delete(given);
  }
}

function synchronous<T>(value: T | Promise<T>): T {
  if (!isPromiseLike(value)) return value;
  // Whatever it still comes to, nobody waits for it.
  void value.then(undefined, () => undefined);
  throw new InvalidArgumentError(
    "A transaction on SQLite gave a promise. Its function must not be async: nobody else could write meanwhile.",
  );
}

const isPromiseLike = <T>(value: T | Promise<T>): value is Promise<T> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === "function";

function userTransaction({ db }: Transaction): SqliteTransaction {
  const statement = (given: SqliteTransaction, sql: string) => {
    if (!open.has(given)) {
      throw new InvalidArgumentError(
        "This transaction is over: it lasts as long as the function that it was given to.",
      );
    }
    if (typeof sql !== "string") throw new InvalidArgumentError("A transaction takes its statements as text.");
    const [, keyword] = endsOrLeavesTransaction.exec(sql) ?? [];
    if (keyword === undefined) return db.prepare(sql);
    throw new InvalidArgumentError(
      `${keyword.toUpperCase()} must not be used here: the transaction is committed after the function, or undone if it throws.`,
    );
  };
  return {
    run(sql, ...values) {
      const { changes, lastInsertRowid } = statement(this, sql).run(...values);
      return { changes: Number(changes), lastInsertRowid };
    },
    get(sql, ...values) {
      return statement(this, sql).get(...values);
    },
    all(sql, ...values) {
      return statement(this, sql).all(...values);
    },
  };
}

const endsOrLeavesTransaction =
  /^(?:\s|;|--[^\n]*(?:\n|$)|\/\*[^]*?\*\/)*(begin|commit|end|rollback|savepoint|release|attach|detach|pragma|vacuum)\b/i;
