import type { Provider } from "../../src/providers/contract.ts";

type Asynchronous<K extends keyof Provider> = Provider[K] extends (...args: never[]) => Promise<unknown> ? K : never;
/** The methods of a provider that ask the store. */
export type Method = { [K in keyof Provider]-?: Asynchronous<K> }[keyof Provider];

export interface Applied {
  readonly from: string;
  readonly method: Method;
  readonly args: readonly unknown[];
  readonly answer: unknown;
}

/** The real store, with somebody who sees every call in the order in which they took effect. */
export class ObservedStore {
  readonly provider: Provider;
  readonly #onApplied: (applied: Applied) => void;
  readonly #onRefused: (refused: Omit<Applied, "answer"> & { readonly error: unknown }) => void;

  constructor(
    provider: Provider,
    onApplied: (applied: Applied) => void,
    onRefused: (refused: Omit<Applied, "answer"> & { readonly error: unknown }) => void,
  ) {
    this.provider = provider;
    this.#onApplied = onApplied;
    this.#onRefused = onRefused;
  }

  async call(from: string, method: Method, args: readonly unknown[]): Promise<unknown> {
    let answer: unknown;
    try {
      answer = await (this.provider[method] as (...args: readonly unknown[]) => Promise<unknown>)(...args);
    } catch (error) {
      this.#onRefused({ from, method, args, error });
      throw error;
    }
    this.#onApplied({ from, method, args, answer });
    return answer;
  }
}
