import { SeededRandom } from "../src/values/index.ts";

/** The same choices for the same seed. */
export class Random {
  readonly #source: SeededRandom;

  constructor(seed: string) {
    this.#source = new SeededRandom(seed);
  }

  /** From 0 up to, and not including, 1. */
  next(): number {
    return this.#source.next();
  }

  between(least: number, most: number): number {
    return least + this.next() * (most - least);
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new Error("There is nothing to pick from.");
    return items[Math.floor(this.next() * items.length)] as T;
  }
}
