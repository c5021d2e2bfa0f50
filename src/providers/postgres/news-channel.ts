import { createHash, randomUUID } from "node:crypto";
import { isOld } from "./low-water.ts";

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
  news(hasOld: boolean): string {
    return hasOld ? `${oldNews}${this.#own}` : this.#own;
  }

  /** Null if it is none, or one's own. */
  newsIn(payload: string, storeNow: number): { readonly isOld: boolean } | null {
    if (payload.startsWith("echo ") || payload.endsWith(this.#own)) return null;
    if (payload.startsWith(datedNews)) return { isOld: isOld(Number(payload.slice(datedNews.length)), storeNow) };
    return { isOld: payload.startsWith(oldNews) };
  }
}

const oldNews = "old ";

/** What follows is when it was written: it is carried by a transaction of a user's, which may have been open for long. */
export const datedNews = "dated ";
