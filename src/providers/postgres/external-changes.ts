import { createHash, randomUUID } from "node:crypto";
import { clearTimeout, setTimeout } from "node:timers";
import type { Database } from "./database.ts";
import type { PostgresClient } from "./pool.ts";

/** Many changes are one piece of news: at most so often it is passed on. */
const minGapMs = 100;
/** A connection that goes nowhere without anybody saying so is noticed after so long. */
const checkEveryMs = 10_000;
const retryAfterMs = 1_000;

export interface ExternalChangesOptions {
  readonly db: Database;
  readonly onChange: () => void;
}

/**
 * Passes on, by NOTIFY, that something has changed, and hears of it from other processes by LISTEN. Never inside a
 * transaction that does anything else: notifications make commits wait for each other. A hint only: nothing breaks if
 * none ever comes, as behind a transaction pooler.
 */
export class ExternalChanges {
  readonly #options: ExternalChangesOptions;
  readonly #channel: string;
  readonly #sender = randomUUID();
  #gap: NodeJS.Timeout | null = null;
  #hasNews = false;
  #sending: Promise<void> = Promise.resolve();
  #listening: Promise<void> | null = null;
  #hasFailed = false;
  #isStopped = false;
  #wakeUp: (() => void) | null = null;

  constructor(options: ExternalChangesOptions) {
    this.#options = options;
    // A channel's name has to be shorter than a schema's may be.
    this.#channel = `perdure_${createHash("md5").update(options.db.schema).digest("hex")}`;
  }

  /** There is news for the others. */
  announce(): void {
    this.#hasNews = true;
    if (this.#gap === null && !this.#isStopped) this.#send();
  }

  /** Begins to listen, for good. */
  listen(): void {
    if (!this.#isStopped) this.#listening ??= this.#listen();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#gap !== null) clearTimeout(this.#gap);
    this.#wakeUp?.();
    await this.#sending;
    await this.#listening;
  }

  #send(): void {
    this.#hasNews = false;
    this.#gap = setTimeout(() => {
      this.#gap = null;
      if (this.#hasNews) this.#send();
    }, minGapMs).unref();
    this.#sending = this.#options.db.query("SELECT pg_notify($1, $2)", [this.#channel, this.#sender]).then(
      () => undefined,
      () => undefined,
    );
  }

  async #listen(): Promise<void> {
    while (!this.#isStopped) {
      try {
        await this.#options.db.withClient((client) => this.#listenOn(client));
      } catch {
        this.#hasFailed = true;
        await this.#pause(retryAfterMs);
      }
    }
  }

  async #listenOn(client: PostgresClient): Promise<void> {
    let fail: (error: Error) => void = () => undefined;
    const failed = new Promise<never>((_resolve, reject) => (fail = reject));
    failed.catch(() => undefined);
    const onNotification = ({ payload }: { readonly payload?: string | undefined }) => {
      if (payload !== this.#sender) this.#options.onChange();
    };
    client.on("notification", onNotification);
    client.on("error", fail);
    try {
      await this.#options.db.queryOn(client, `LISTEN "${this.#channel}"`);
      // Whatever happened while nobody listened.
      if (this.#hasFailed) this.#options.onChange();
      this.#hasFailed = false;
      while (!this.#isStopped) {
        await Promise.race([this.#pause(checkEveryMs), failed]);
        if (!this.#isStopped) await this.#options.db.queryOn(client, "SELECT 1");
      }
      await this.#options.db.queryOn(client, `UNLISTEN "${this.#channel}"`);
    } finally {
      client.off("notification", onNotification);
      client.off("error", fail);
    }
  }

  #pause(ms: number): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
