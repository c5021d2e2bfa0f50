// Imported, because orchestrations see global timers that throw.
import { clearTimeout, setTimeout } from "node:timers";
import type { Database } from "./database.ts";
import type { Hints } from "./hints.ts";

interface Repaired {
  readonly seen_to: number | null;
  readonly repaired: boolean;
}

/** Instances looked at in one go: a few milliseconds' worth. */
const atOnce = 5_000;
/** Whoever was just sending to a node that has left has sent by then. */
const soonMs = 1_000;

/**
 * The safety net under the entries of `ready`. A message's sender may have seen the instance as it was just before it
 * was claimed or released; then the entry is not where anybody looks for it. So everything that has messages is looked
 * at in turn, some of it with every sweep.
 */
export class EntryRepair {
  readonly #db: Database;
  readonly #hints: Hints;
  #after = 0;
  #timer: NodeJS.Timeout | null = null;
  #freeing: Promise<void> = Promise.resolve();

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

  /** A node may have left: what was just being sent to it is looked for in a moment, and not only by a sweep. */
  soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#freeing = this.#free().catch(() => undefined);
    }, soonMs).unref();
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#freeing;
  }

  async #free(): Promise<void> {
    const row = await this.#db.call<{ free_entries: boolean }>("free_entries");
    if (row.free_entries) this.#hints.changed({ instances: true });
  }
}
