import { clearInterval, setInterval } from "node:timers";
import type { Database } from "./database.ts";

const everyMs = 1_000;

/**
 * Looks now and then whether anybody has queued anything, or left something behind, where nobody could say so. It asks
 * only how many messages and work items there have ever been, and which nodes there are, which costs the same whatever
 * there is in the queues.
 */
export class ChangePoll {
  readonly #db: Database;
  readonly #onChange: () => void;
  #timer: NodeJS.Timeout | null = null;
  #asking: Promise<void> = Promise.resolve();
  #state: string | null = null;
  #changedLastTime = false;

  constructor(db: Database, onChange: () => void) {
    this.#db = db;
    this.#onChange = onChange;
  }

  start(): void {
    this.#timer ??= setInterval(() => {
      this.#asking = this.#ask().catch(() => undefined);
    }, everyMs).unref();
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    await this.#asking;
  }

  async #ask(): Promise<void> {
    const { schema } = this.#db;
    const [row] = await this.#db.query<{ state: string }>(
      `SELECT concat_ws(' ', (SELECT last_value FROM ${schema}.messages_seq_seq),
                        (SELECT last_value FROM ${schema}.work_items_seq_seq),
                        (SELECT string_agg(node_id, ' ' ORDER BY node_id) FROM ${schema}.nodes)) AS state`,
    );
    const state = row?.state ?? null;
    // The first time, too: who knows what was queued before anybody looked.
    const isChanged = state !== this.#state;
    this.#state = state;
    // Once more afterwards: numbers are drawn before the commit that uses them.
    if (isChanged || this.#changedLastTime) this.#onChange();
    this.#changedLastTime = isChanged;
  }
}
