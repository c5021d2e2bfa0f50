import type { Database } from "./database.ts";
import type { Hints } from "./hints.ts";

interface Repaired {
  readonly seen_to: number | null;
  readonly repaired: boolean;
}

/** Instances looked at in one go: a few milliseconds' worth. */
const atOnce = 5_000;

/**
 * The safety net under the entries of `ready`. A message's sender may have seen the instance as it was just before it
 * was claimed or released; then the entry is not where anybody looks for it. So everything that has messages is looked
 * at in turn, some of it with every sweep.
 */
export class EntryRepair {
  readonly #db: Database;
  readonly #hints: Hints;
  #after = 0;

  constructor(db: Database, hints: Hints) {
    this.#db = db;
    this.#hints = hints;
  }

  async some(): Promise<void> {
    const row = await this.#db.call<Repaired>("repair_entries", this.#after, atOnce);
    this.#after = row.seen_to ?? 0;
    // Whoever sent it told those who looked where it was not.
    if (row.repaired) this.#hints.changed({ instances: true });
  }
}
