import type { Created, NewInstance } from "../contract.ts";
import { createInstances } from "./create-instances.ts";
import { isBusy, toStorageError } from "./sqlite-errors.ts";
import type { Transaction } from "./transaction.ts";

/** Inserts the starts in a transaction of the user's: all of them, or none if it throws. */
export function createInstancesIn(tx: Transaction, starts: readonly NewInstance[]): Created {
  try {
    return tx.part(() => createInstances(tx, starts));
  } catch (error) {
    throw toStorageError(
      error,
      isBusy(error) ? "The database is locked: begin with BEGIN IMMEDIATE" : "SQLite refused the operation",
    );
  }
}
