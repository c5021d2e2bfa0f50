import type { Wake } from "../contract.ts";
import type { ExternalChanges } from "./external-changes.ts";

/** Anything may be due now. */
export const clockMoved: Wake = {
  instances: true,
  work: true,
  timerDueAt: null,
  changed: [],
  ended: [],
  clockMoved: true,
};

/** Instances will be available with the commit that is being made. */
export const becomingReady: Wake = {
  instances: true,
  work: false,
  timerDueAt: null,
  changed: [],
  ended: [],
  beforeCommit: true,
};

const changedElsewhere: Wake = { instances: true, work: true, timerDueAt: null, changed: null, ended: null };

/** Who wants to hear of changes. Other processes are watched only while somebody does. */
export class WakeListeners {
  readonly #listeners = new Set<(wake: Wake) => void>();
  readonly #elsewhere: ExternalChanges | null;

  constructor(watchElsewhere: (onChange: () => void) => ExternalChanges | null) {
    this.#elsewhere = watchElsewhere(() => this.emit(changedElsewhere));
  }

  add(listener: (wake: Wake) => void): () => void {
    // A function of its own, so that one listener can be added twice.
    const entry = (wake: Wake) => listener(wake);
    this.#listeners.add(entry);
    this.#elsewhere?.start();
    return () => {
      this.#listeners.delete(entry);
      if (this.#listeners.size === 0) this.#elsewhere?.stop();
    };
  }

  emit(wake: Wake): void {
    for (const listener of this.#listeners) listener(wake);
  }

  clear(): void {
    this.#listeners.clear();
    this.#elsewhere?.stop();
  }
}
