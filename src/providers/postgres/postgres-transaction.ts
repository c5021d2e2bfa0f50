import { InvalidArgumentError } from "../../errors/index.ts";
import type { PostgresClient } from "./pool.ts";

/** An open transaction on the store's database, for rows of your own: the `query` of a client of `pg`. */
export interface PostgresTransaction {
  /** Runs one statement inside the transaction. */
  query<R = Record<string, unknown>>(
    statement: string | { readonly text: string; readonly values?: readonly unknown[] },
    values?: readonly unknown[],
  ): Promise<{ readonly rows: R[]; readonly rowCount: number | null }>;
}

/** The transaction that is open on a client, until it is closed: the connection will be somebody else's then. */
export function openTransaction(client: PostgresClient): {
  readonly tx: PostgresTransaction;
  readonly close: () => void;
} {
  let isOpen = true;
  const lent = client as unknown as { query(...args: unknown[]): unknown };
  const query = (...args: unknown[]): unknown => {
    if (isOpen) return lent.query(...args);
    throw new InvalidArgumentError("This transaction is over: it lasts as long as the function that it was given to.");
  };
  return { tx: { query } as PostgresTransaction, close: () => void (isOpen = false) };
}
