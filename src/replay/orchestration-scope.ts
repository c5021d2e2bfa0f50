import { AsyncLocalStorage } from "node:async_hooks";

/** Marks all code, sync or async, that an orchestration's function has led to; with what is deterministic in it. */
export interface OrchestrationScope {
  readonly instanceId: string;
  readonly now: () => number;
  readonly random: () => number;
  readonly uuid: () => string;
  readonly bytes: (length: number) => Uint8Array;
  /** For an exception that no code of the orchestration can catch, such as one in a callback of `queueMicrotask`. */
  readonly onUncaught: (error: unknown) => void;
}

const scopes = new AsyncLocalStorage<OrchestrationScope>();

export const currentScope = (): OrchestrationScope | undefined => scopes.getStore();

export const runInScope = <T>(scope: OrchestrationScope, run: () => T): T => scopes.run(scope, run);
