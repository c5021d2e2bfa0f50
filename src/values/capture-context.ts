import { AsyncResource } from "node:async_hooks";

/**
 * Gives what runs a function in the async context that this is called in. `AsyncLocalStorage.snapshot()` does the same,
 * and takes seven times as long to make, and longer to run something.
 */
export function captureContext(): <T>(run: () => T) => T {
  const context = new AsyncResource("Perdure");
  return (run) => context.runInAsyncScope(run);
}
