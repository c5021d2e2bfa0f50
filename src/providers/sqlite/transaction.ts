import type { Connection } from "./connection.ts";
import { PendingWake } from "./pending-wake.ts";

export interface TransactionTime {
  readonly now: number;
  readonly leaseNow: number;
}

/** An open write transaction, as the storage operations see it. */
export class Transaction {
  readonly db: Connection;
  /** The store's clock, read once, after the lock was taken. */
  readonly now: number;
  /** What leases go by: the same, unless the clock says otherwise. */
  readonly leaseNow: number;
  /**
   * True in the second run of a group of which something failed: each part is then under a savepoint of its own. The
   * first run goes without, because savepoints cost and failures are rare.
   */
  readonly isolating: boolean;
  readonly wake = new PendingWake();

  constructor(db: Connection, time: TransactionTime, isolating: boolean) {
    this.db = db;
    this.now = time.now;
    this.leaseNow = time.leaseNow;
    this.isolating = isolating;
  }

  /**
   * Runs one part of the group. If it throws, nothing of it remains: at once, or because the whole group is run again.
   */
  part<T>(step: () => T): T {
    if (!this.isolating) return step();
    this.db.run("SAVEPOINT part");
    try {
      const result = step();
      this.db.run("RELEASE part");
      return result;
    } catch (error) {
      // A full disk or an I/O error has ended the whole transaction already, and the savepoint with it.
      if (this.db.inTransaction) {
        this.db.run("ROLLBACK TO part");
        this.db.run("RELEASE part");
      }
      throw error;
    }
  }
}
