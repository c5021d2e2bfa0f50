import type { Database } from "./database.ts";

/** Instances looked at in one go: a few milliseconds' worth. */
const atOnce = 5_000;

/**
 * The safety net under the entries of `ready`. A message's sender may have seen the instance as it was just before it
 * was claimed or released; then the entry is not where anybody looks for it. So everything that has messages is looked
 * at in turn, some of it with every sweep.
 */
export class EntryRepair {
  readonly #db: Database;
  #after = 0;

  constructor(db: Database) {
    this.#db = db;
  }

  async some(): Promise<void> {
    const row = await this.#db.call<{ repair_entries: number | null }>("repair_entries", this.#after, atOnce);
    this.#after = row.repair_entries ?? 0;
  }
}
