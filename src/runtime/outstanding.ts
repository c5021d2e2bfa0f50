/** Work that is under way and that somebody may want to wait for: counted, not kept. */
export class Outstanding {
  #count = 0;
  #whenNone: (() => void)[] = [];

  add(work: Promise<unknown>): void {
    this.#count += 1;
    void work.then(() => {
      this.#count -= 1;
      if (this.#count === 0) for (const resolve of this.#whenNone.splice(0)) resolve();
    });
  }

  /** Resolves when nothing is under way. */
  none(): Promise<void> {
    return this.#count === 0 ? Promise.resolve() : new Promise((resolve) => this.#whenNone.push(resolve));
  }
}
