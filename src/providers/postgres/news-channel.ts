import { createHash, randomUUID } from "node:crypto";
import { isOld } from "./low-water.ts";
import { type News, newsOfStarts, oldNews } from "./news.ts";

/** Where those who use one schema tell each other that something has changed. */
export class NewsChannel {
  readonly name: string;
  /** What a process says to hear whether it hears anything. */
  readonly echo: string;
  readonly #own = randomUUID();

  constructor(schema: string) {
    // A channel's name has to be shorter than a schema's may be.
    this.name = `perdure_${createHash("md5").update(schema).digest("hex")}`;
    this.echo = `echo ${this.#own}`;
  }

  /** What a process says of its own changes, and does not want to hear again. */
  text(news: News): string {
    const kinds = news.isOld ? ["old"] : kindsOfChange.filter((kind) => news[kind]);
    const due = news.isOld || news.timerDueAt === null ? [] : [`${dueFrom}${news.timerDueAt}`];
    return [this.#own, ...kinds, ...due].join(" ");
  }

  /** Null if it is none, or one's own. */
  newsIn(payload: string, storeNow: number): News | null {
    const [from, ...words] = payload.split(" ");
    if (from === "echo" || from === this.#own) return null;
    if (payload.startsWith(datedNews)) return isOld(Number(words[0]), storeNow) ? oldNews : newsOfStarts;
    const due = words.filter((word) => word.startsWith(dueFrom)).map((word) => Number(word.slice(dueFrom.length)));
    const kinds = new Set(words.filter((word) => !word.startsWith(dueFrom)));
    // Whoever says it in words of another release may mean anything.
    const isUnderstood = words.length > 0 && kinds.isSubsetOf(known) && !due.some(Number.isNaN);
    if (!isUnderstood) return oldNews;
    return {
      isOld: false,
      instances: kinds.has("instances"),
      work: kinds.has("work"),
      timerDueAt: due[0] ?? null,
      changed: kinds.has("changed"),
      ended: kinds.has("ended"),
    };
  }
}

const kindsOfChange = ["instances", "work", "changed", "ended"] as const;

const known: ReadonlySet<string> = new Set(kindsOfChange);

const dueFrom = "due:";

/**
 * What follows is when instances were started: it is carried by a transaction of a user's, which may have been open for
 * long.
 */
export const datedNews = "dated ";
