import { createHash, randomUUID } from "node:crypto";

/** Where those who use one schema tell each other that something has changed. */
export class NewsChannel {
  readonly name: string;
  /** What a process says of its own changes, and does not want to hear again. */
  readonly own = randomUUID();
  /** What it says to hear whether it hears anything. */
  readonly echo = `echo ${this.own}`;

  constructor(schema: string) {
    // A channel's name has to be shorter than a schema's may be.
    this.name = `perdure_${createHash("md5").update(schema).digest("hex")}`;
  }

  isNews(payload: string | undefined): boolean {
    return payload !== this.own && payload?.startsWith("echo ") !== true;
  }
}
