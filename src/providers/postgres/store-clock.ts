/**
 * The store's clock as far as it is known here: its last reading, advanced by a clock that nobody sets. Behind the
 * store's own by at most the time of an answer, and never decreasing.
 */
export class StoreClock {
  readonly #monotonic: () => number;
  #offset = Number.NEGATIVE_INFINITY;
  #latest = 0;

  constructor(monotonic: () => number = performance.now.bind(performance)) {
    this.#monotonic = monotonic;
  }

  /** Takes in a reading that the store has just given, and gives it back, or the latest if that is later. */
  read(storeNow: number): number {
    this.#offset = storeNow - this.#monotonic();
    return this.now();
  }

  now(): number {
    this.#latest = Math.max(this.#latest, Math.floor(this.#monotonic() + this.#offset));
    return this.#latest;
  }
}
