import { clearTimeout, setTimeout } from "node:timers";
import type { Database } from "./database.ts";
import type { NewsChannel } from "./news-channel.ts";

/** Many changes are one piece of news: at most so often it is passed on. */
const minGapMs = 100;

/**
 * Passes on by NOTIFY that something has changed. Never inside a transaction that does anything else: notifications
 * make commits wait for each other.
 */
export class Announcer {
  readonly #db: Database;
  readonly #channel: NewsChannel;
  #gap: NodeJS.Timeout | null = null;
  #hasNews = false;
  #sending: Promise<unknown> = Promise.resolve();

  constructor(db: Database, channel: NewsChannel) {
    this.#db = db;
    this.#channel = channel;
  }

  announce(): void {
    this.#hasNews = true;
    if (this.#gap === null) this.#send();
  }

  /** Whatever news there is goes out first: whoever closes may have been the last to know. */
  async stop(): Promise<void> {
    if (this.#gap !== null) clearTimeout(this.#gap);
    if (this.#hasNews) this.#send();
    if (this.#gap !== null) clearTimeout(this.#gap);
    await this.#sending;
  }

  #send(): void {
    this.#hasNews = false;
    this.#gap = setTimeout(() => {
      this.#gap = null;
      if (this.#hasNews) this.#send();
    }, minGapMs).unref();
    this.#sending = this.#db
      .query("SELECT pg_notify($1, $2)", [this.#channel.name, this.#channel.own])
      .catch(() => undefined);
  }
}
