import type { Provider } from "../../src/providers/contract.ts";

/** Looks whenever the store tells of a change, until something is so. */
export async function untilSo(provider: Provider, isSo: () => Promise<boolean>): Promise<void> {
  for (;;) {
    // Before looking: nobody is told again of what has changed since.
    const { promise: changed, resolve } = Promise.withResolvers<void>();
    const stopListening = provider.subscribe(() => resolve());
    try {
      if (await isSo()) return;
      await changed;
    } finally {
      stopListening();
    }
  }
}
