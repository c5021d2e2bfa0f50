import { clearTimeout, setTimeout } from "node:timers";
import type { Database } from "./database.ts";
import type { NewsChannel } from "./news-channel.ts";
import { type News, together } from "./news.ts";

/** Many changes are one piece of news: at most so often it is passed on. */
const minGapMs = 100;
/** What could not be passed on is news still: nobody else would say it. */
const retryAfterMs = 1_000;

/**
 * Passes on by NOTIFY that something has changed. Never inside a transaction that does anything else: notifications
 * make commits wait for each other.
 */
export class Announcer {
  readonly #db: Database;
  readonly #channel: NewsChannel;
  #gap: NodeJS.Timeout | null = null;
  #news: News | null = null;
  #isStopped = false;
  #sending: Promise<unknown> = Promise.resolve();

  constructor(db: Database, channel: NewsChannel) {
    this.#db = db;
    this.#channel = channel;
  }

  announce(news: News): void {
    this.#news = together(this.#news, news);
    if (this.#gap === null) this.#send(this.#news);
  }

  /** Whatever news there is goes out first: whoever closes may have been the last to know. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#news !== null) this.#send(this.#news);
    if (this.#gap !== null) clearTimeout(this.#gap);
    await this.#sending;
  }

  #send(news: News): void {
    this.#news = null;
    this.#rest(minGapMs);
    this.#sending = this.#db
      .query("SELECT pg_notify($1, $2)", [this.#channel.name, this.#channel.text(news)])
      .catch(() => {
        this.#news = together(this.#news, news);
        if (!this.#isStopped) this.#rest(retryAfterMs);
      });
  }

  #rest(ms: number): void {
    if (this.#gap !== null) clearTimeout(this.#gap);
    this.#gap = setTimeout(() => {
      this.#gap = null;
      if (this.#news !== null) this.#send(this.#news);
    }, ms).unref();
  }
}
