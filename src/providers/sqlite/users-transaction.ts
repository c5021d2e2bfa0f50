import { realpathSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { InvalidArgumentError } from "../../errors/index.ts";
import type { StoreClock } from "../clock.ts";
import { Connection } from "./connection.ts";
import { memory } from "./open-connection.ts";
import { openTransaction } from "./sqlite-transaction.ts";
import { Transaction } from "./transaction.ts";

export interface UsersTransactionOptions {
  /** Of the store: an absolute path, or that of memory. */
  readonly location: string;
  readonly writer: Connection;
  readonly clock: StoreClock;
}

// One for each connection of a user's, so that our statements are prepared once.
const connections = new WeakMap<DatabaseSync, Connection>();

/** The transaction that a user has open: one that this provider gave out, or one on a connection of the user's own. */
export function usersTransaction(given: unknown, options: UsersTransactionOptions): Transaction {
  if (given instanceof DatabaseSync) return onOwnConnection(given, options);
  const ours = typeof given === "object" && given !== null ? openTransaction(given) : undefined;
  if (ours !== undefined && ours.db === options.writer) return ours;
  throw new InvalidArgumentError(
    ours === undefined
      ? "transaction must be an open DatabaseSync of node:sqlite with an open transaction, or what " +
          "provider.transaction() or a transactional activity was given, while that runs."
      : "transaction belongs to another store than this client's.",
  );
}

function onOwnConnection(database: DatabaseSync, { location, clock }: UsersTransactionOptions): Transaction {
  if (!database.isOpen) throw new InvalidArgumentError("transaction is a DatabaseSync that has been closed.");
  const path = database.location();
  if (location === memory || path === null || !isSameFile(path, location)) {
    throw new InvalidArgumentError(
      `transaction is a connection to ${path ?? "a database in memory"}, and the store is ${location}. Only a ` +
        "connection to the same file can share a transaction; provider.transaction() gives one to any store.",
    );
  }
  if (!database.isTransaction) {
    throw new InvalidArgumentError(
      'transaction is a DatabaseSync without an open transaction. Call exec("BEGIN IMMEDIATE") on it first.',
    );
  }
  let connection = connections.get(database);
  if (connection === undefined) connections.set(database, (connection = new Connection(database)));
  return new Transaction(connection, { now: clock.now(), leaseNow: clock.leaseNow() }, true);
}

function isSameFile(one: string, other: string): boolean {
  try {
    return realpathSync(one) === realpathSync(other);
  } catch {
    return false;
  }
}
