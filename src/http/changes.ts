/** So that proxies and browsers do not take a quiet stream for a dead one. */
const quietMs = 15_000;

/** What has changed since the listener was told last. */
export class Changes {
  #instanceIds: Set<string> | null = new Set();
  #hasNews = false;
  #isEnded = false;
  #wake: (() => void) | null = null;

  add(instanceIds: readonly string[] | null): void {
    // Work for nodes, and nothing of an instance that anybody could see.
    if (instanceIds?.length === 0) return;
    this.#hasNews = true;
    if (instanceIds === null || (this.#instanceIds?.size ?? 0) + instanceIds.length > 1_000) this.#instanceIds = null;
    else for (const instanceId of instanceIds) this.#instanceIds?.add(instanceId);
    this.#wake?.();
  }

  end(): void {
    this.#isEnded = true;
    this.#wake?.();
  }

  async next(): Promise<readonly string[] | null | "quiet" | "ended"> {
    if (!this.#hasNews && !this.#isEnded) await this.#wait();
    if (this.#isEnded) return "ended";
    if (!this.#hasNews) return "quiet";
    const changed = this.#instanceIds;
    this.#hasNews = false;
    this.#instanceIds = new Set();
    return changed === null ? null : [...changed];
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(done, quietMs);
      this.#wake = done;
    });
  }
}
