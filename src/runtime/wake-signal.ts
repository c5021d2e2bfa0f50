import { type Host, longestTimerMs } from "../host/index.ts";

/** Lets one loop sleep until it is woken or its time is up. A wake-up while it is awake is not lost. */
export class WakeSignal {
  readonly #host: Host;
  #isSet = false;
  #wake: (() => void) | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  set(): void {
    this.#isSet = true;
    this.#wake?.();
  }

  /** Resolves at once if the signal was set since the last wait. */
  wait(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const waitMs = Math.min(Math.max(timeoutMs, 0), longestTimerMs);
      const timer = this.#host.after(waitMs, () => this.#wake?.());
      this.#wake = () => {
        this.#host.cancel(timer);
        this.#wake = undefined;
        this.#isSet = false;
        resolve();
      };
      if (this.#isSet) this.#wake();
    });
  }
}
