// Imported, because orchestrations see global timers that throw.
import { clearTimeout, setTimeout } from "node:timers";

/** A pause that can be cut short, and that keeps no process alive. */
export class Pause {
  #end: (() => void) | null = null;
  #isOver = false;

  wait(ms: number): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms).unref();
      this.#end = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Ends the pause under way, and those to come. */
  end(): void {
    this.#isOver = true;
    this.#end?.();
  }
}
