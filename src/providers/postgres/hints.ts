import { AsyncLocalStorage } from "node:async_hooks";
// Imported, because orchestrations see global timers that throw.
import { setImmediate } from "node:timers";
import type { Wake } from "../contract.ts";

const nothing: Wake = { instances: false, work: false, timerDueAt: null, changed: [], ended: [] };

const changedElsewhere: Wake = { instances: true, work: true, timerDueAt: null, changed: null, ended: null };

/** Tells those in this process who want to hear of changes, and whoever carries the news to the others. */
export class Hints {
  readonly #listeners = new Set<(wake: Wake) => void>();
  readonly #onOwnChange: () => void;
  // Listeners must not run in the async context of whoever happened to write, which may be an orchestration's.
  readonly #inOwnContext = AsyncLocalStorage.snapshot();

  constructor(onOwnChange: () => void) {
    this.#onOwnChange = onOwnChange;
  }

  add(listener: (wake: Wake) => void): () => void {
    // A function of its own, so that one listener can be added twice.
    const entry = (wake: Wake) => listener(wake);
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  clear(): void {
    this.#listeners.clear();
  }

  /** Something was committed here. The one who asked for it hears of it first. */
  changed(change: Partial<Wake>): void {
    const wake = { ...nothing, ...change };
    if (!wake.instances && !wake.work && wake.timerDueAt === null && wake.changed?.length === 0) return;
    setImmediate(() => this.#inOwnContext(() => this.#emit(wake)));
    this.#onOwnChange();
  }

  /** Something was committed here, and nobody knows what: everybody has to look, here and elsewhere. */
  committedUnheard(): void {
    setImmediate(() => this.changedElsewhere());
    this.#onOwnChange();
  }

  changedElsewhere(): void {
    this.#inOwnContext(() => this.#emit(changedElsewhere));
  }

  #emit(wake: Wake): void {
    for (const listener of this.#listeners) listener(wake);
  }
}
