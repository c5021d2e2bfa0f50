import { decodeValue } from "../values/index.ts";
import type { CarriedState } from "../history/index.ts";

/** The key-value state as it is at this point of the history: what was carried over, and every change since. */
export class InstanceState {
  readonly #entries = new Map<string, string>();

  get size(): number {
    return this.#entries.size;
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** Decoded anew for each caller: what one changes in it is nobody else's. */
  get(key: string): unknown {
    const payload = this.#entries.get(key);
    return payload === undefined ? undefined : decodeValue(payload);
  }

  set(key: string, payload: string): void {
    this.#entries.set(key, payload);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  /** In the order of the keys' UTF-16 code units, which is the same everywhere. */
  keys(): string[] {
    return [...this.#entries.keys()].toSorted();
  }

  entries(): CarriedState[] {
    return this.keys().map((key) => ({ key, payload: this.#entries.get(key) as string }));
  }
}
