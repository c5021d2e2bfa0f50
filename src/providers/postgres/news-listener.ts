import type { Database } from "./database.ts";
import type { NewsChannel } from "./news-channel.ts";
import { type News, oldNews } from "./news.ts";
import { Pause } from "./pause.ts";
import type { PostgresClient } from "./pool.ts";

/** A connection that leads nowhere is noticed after these two together; one that no news comes through, earlier. */
const checkEveryMs = 8_000;
const answerWithinMs = 4_000;
const echoWithinMs = 2_000;
const retryAfterMs = 1_000;

export interface NewsListenerOptions {
  readonly db: Database;
  readonly channel: NewsChannel;
  readonly onNews: (news: News) => void;
  /** Whether news come through at all: behind a transaction pooler they do not. */
  readonly onHearing: (hears: boolean) => void;
}

/** Hears by LISTEN what other processes say, on a connection of its own. */
export class NewsListener {
  readonly #options: NewsListenerOptions;
  readonly #pause = new Pause();
  #isStopped = false;
  #running: Promise<void> | null = null;

  constructor(options: NewsListenerOptions) {
    this.#options = options;
  }

  start(): void {
    if (!this.#isStopped) this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#pause.end();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { db, onHearing, onNews } = this.#options;
    while (!this.#isStopped) {
      try {
        // The first time, too: who wants to hear may have looked, and others have committed, before anything was heard.
        await db.withClient((client) => this.#listenOn(client, () => onNews(oldNews)));
      } catch {
        onHearing(false);
        await this.#pause.wait(retryAfterMs);
      }
    }
  }

  /** `onReady` is called when what happened before may have been missed, and nothing will be from now on. */
  async #listenOn(client: PostgresClient, onReady: () => void): Promise<void> {
    const { db, channel, onNews, onHearing } = this.#options;
    let heardEcho = (): void => undefined;
    let fail: (error: Error) => void = () => undefined;
    const failed = new Promise<never>((_resolve, reject) => (fail = reject));
    // It may fail while nobody waits for it; then the next query does.
    failed.catch(() => undefined);
    const onNotification = ({ payload = "" }: { readonly payload?: string | undefined }) => {
      if (payload === channel.echo) return heardEcho();
      const news = channel.newsIn(payload, db.clock.now());
      if (news !== null) onNews(news);
    };
    client.on("notification", onNotification);
    client.on("error", fail);
    try {
      await db.queryOn(client, `LISTEN "${channel.name}"`, [], { withinMs: answerWithinMs });
      onReady();
      while (!this.#isStopped) {
        const echo = new Promise<boolean>((resolve) => (heardEcho = () => resolve(true)));
        const values = [channel.name, channel.echo];
        await db.queryOn(client, "SELECT pg_notify($1, $2) AS echo", values, { withinMs: answerWithinMs });
        onHearing(await Promise.race([echo, this.#pause.wait(echoWithinMs).then(() => false), failed]));
        await Promise.race([this.#pause.wait(checkEveryMs), failed]);
      }
      await db.queryOn(client, `UNLISTEN "${channel.name}"`);
    } finally {
      client.off("notification", onNotification);
      client.off("error", fail);
    }
  }
}
