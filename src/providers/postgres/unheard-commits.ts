// Imported, because orchestrations see global timers that throw.
import { clearTimeout, setTimeout } from "node:timers";

/** What was still on its way to the server when it was given up is carried out soon, if at all. */
const lateMs = 1_000;

/**
 * Statements whose connection died before they were answered. They may have been carried out, and with the answer went
 * what there was to be told: messages that wait for nobody knows whom. Once the server is there again, all have to
 * look.
 */
export class UnheardCommits {
  readonly #onUnheard: () => void;
  #isOwed = false;
  #late: NodeJS.Timeout | undefined;

  constructor(onUnheard: () => void) {
    this.#onUnheard = onUnheard;
  }

  lost(): void {
    this.#isOwed = true;
  }

  answered(): void {
    if (!this.#isOwed) return;
    this.#isOwed = false;
    this.#onUnheard();
    clearTimeout(this.#late);
    this.#late = setTimeout(this.#onUnheard, lateMs).unref();
  }

  stop(): void {
    clearTimeout(this.#late);
  }
}
