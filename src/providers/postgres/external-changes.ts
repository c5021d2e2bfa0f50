import { Announcer } from "./announcer.ts";
import { ChangePoll } from "./change-poll.ts";
import type { Database } from "./database.ts";
import type { NewsChannel } from "./news-channel.ts";
import { NewsListener } from "./news-listener.ts";
import { type News, oldNews } from "./news.ts";

export interface ExternalChangesOptions {
  readonly db: Database;
  /** Null if LISTEN and NOTIFY are not to be used. */
  readonly channel: NewsChannel | null;
  readonly onChange: (news: News) => void;
}

/** Changes of other processes, and telling them of one's own. A hint only: nothing breaks if none ever comes. */
export class ExternalChanges {
  readonly #announcer: Announcer | null;
  readonly #listener: NewsListener | null;
  readonly #poll: ChangePoll;

  constructor({ db, channel, onChange }: ExternalChangesOptions) {
    this.#announcer = channel ? new Announcer(db, channel) : null;
    // It cannot say what has come, and does not come often.
    this.#poll = new ChangePoll(db, () => onChange(oldNews));
    const onHearing = (hears: boolean) => {
      db.named.allow(hears);
      void (hears ? this.#poll.stop() : this.#poll.start());
    };
    this.#listener = channel ? new NewsListener({ db, channel, onNews: onChange, onHearing }) : null;
  }

  /** There is news for the others. */
  announce(news: News): void {
    this.#announcer?.announce(news);
  }

  /** Somebody wants to hear of changes. */
  listen(): void {
    if (this.#listener === null) this.#poll.start();
    else this.#listener.start();
  }

  async stop(): Promise<void> {
    await this.#listener?.stop();
    await this.#poll.stop();
    await this.#announcer?.stop();
  }
}
