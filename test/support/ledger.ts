/** What activities did to the world, by idempotency key: kept outside of the store. */
export class Ledger {
  readonly #effects = new Map<string, number>();

  note(idempotencyKey: string): void {
    this.#effects.set(idempotencyKey, (this.#effects.get(idempotencyKey) ?? 0) + 1);
  }

  get keys(): number {
    return this.#effects.size;
  }

  /** Keys that had an effect more than once, and how often. */
  get repeated(): [string, number][] {
    return [...this.#effects].filter(([, count]) => count > 1);
  }
}
