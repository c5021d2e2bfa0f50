/** Lets one loop sleep until it is woken or its time is up. A wake-up while it is awake is not lost. */
export class WakeSignal {
  #isSet = false;
  #wake: (() => void) | undefined;

  set(): void {
    this.#isSet = true;
    this.#wake?.();
  }

  /** Resolves at once if the signal was set since the last wait. */
  wait(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#wake?.(), Math.min(Math.max(timeoutMs, 0), longestTimerMs));
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        this.#isSet = false;
        resolve();
      };
      if (this.#isSet) this.#wake();
    });
  }
}

// What setTimeout can hold. A longer wait simply looks again.
export const longestTimerMs = 2_147_483_647;
