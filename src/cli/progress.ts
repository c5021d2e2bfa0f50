import { spanText } from "../inspection/index.ts";
import type { Terminal } from "./terminal.ts";

/** Says how far a long command has come, on one line; nothing where nobody looks. */
export class Progress implements Disposable {
  readonly #terminal: Terminal;
  readonly #startedAt = performance.now();

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Of a whole that is known, with a bar. */
  part(done: number, total: number, what: string): void {
    const share = total === 0 ? 1 : Math.min(1, done / total);
    this.#show(`${bar(share)} ${done.toLocaleString("en")} of ${total.toLocaleString("en")} ${what}`);
  }

  /** Of one that is not. */
  count(done: number, what: string): void {
    this.#show(`${done.toLocaleString("en")} ${what}`);
  }

  /** While something goes on that tells nothing of itself. */
  async during<T>(what: string, work: Promise<T>): Promise<T> {
    this.#show(what);
    const timer = setInterval(() => this.#show(what), 1_000);
    try {
      return await work;
    } finally {
      clearInterval(timer);
    }
  }

  [Symbol.dispose](): void {
    this.#terminal.progress(null);
  }

  #show(text: string): void {
    this.#terminal.progress(`${text}, ${spanText(performance.now() - this.#startedAt)}`);
  }
}

function bar(share: number): string {
  const filled = Math.round(share * 20);
  return "█".repeat(filled) + "░".repeat(20 - filled);
}
