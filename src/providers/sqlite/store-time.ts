import type { Connection } from "./connection.ts";
import type { Transaction } from "./transaction.ts";

const NOTE = "UPDATE perdure_time SET latest = max(latest, ?)";

const SELECT_LATEST = "SELECT latest FROM perdure_time";

/**
 * Leaves behind how late it is. When the machine's clock is set back, whoever opens the file next goes on from there:
 * by its own clock, what waits in the queues would not be available yet.
 */
export function noteTime(tx: Transaction): void {
  tx.db.run(NOTE, tx.now);
}

export function latestTime(db: Connection): number {
  return db.get<[number]>(SELECT_LATEST)?.[0] ?? 0;
}
