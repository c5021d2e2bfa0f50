/** How many bodies may hold a connection at once: the node's commits and its lease need some, too. */
export class BodySlots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(poolSize: number) {
    this.#free = Math.max(1, Math.floor(poolSize / 2));
  }

  /** Runs the body once a connection may be taken for it. */
  async run<T>(body: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await body();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
