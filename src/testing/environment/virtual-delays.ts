import type { VirtualClock } from "../virtual-clock.ts";

interface Delay {
  readonly dueAt: number;
  readonly end: () => void;
}

/** What passes in virtual time without being in the store: the delays of stubs. */
export class VirtualDelays {
  readonly #clock: VirtualClock;
  readonly #delays = new Set<Delay>();
  readonly #moments = new Set<number>();

  readonly #onPass: () => void;

  /** `onPass` is called whenever another one begins. */
  constructor(clock: VirtualClock, onPass: () => void) {
    this.#clock = clock;
    this.#onPass = onPass;
  }

  now(): number {
    return this.#clock.now();
  }

  /** Executions that do nothing but wait. */
  get count(): number {
    return this.#delays.size;
  }

  /** The next moment at which one of them ends, or something else wants to be looked at. */
  get nextAt(): number {
    return Math.min(...[...this.#delays].map(({ dueAt }) => dueAt), ...this.#moments);
  }

  /** Time is to stop there, so that what is due then is not late. */
  stopAt(moment: number): void {
    this.#moments.add(moment);
  }

  /** Ends early, with the reason, if the signal is aborted. */
  pass(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const delay: Delay = { dueAt: this.now() + ms, end: () => (leave(), resolve()) };
      const leave = (): void => {
        this.#delays.delete(delay);
        signal.removeEventListener("abort", giveUp);
      };
      const giveUp = (): void => (leave(), reject(signal.reason as Error));
      this.#delays.add(delay);
      signal.addEventListener("abort", giveUp);
      if (signal.aborted) giveUp();
      this.#onPass();
    });
  }

  /** Ends those that are due. */
  endDue(): void {
    const now = this.now();
    for (const moment of this.#moments) if (moment <= now) this.#moments.delete(moment);
    const due = [...this.#delays].filter(({ dueAt }) => dueAt <= now);
    for (const { end } of due.toSorted((a, b) => a.dueAt - b.dueAt)) end();
  }
}
