import { AsyncLocalStorage } from "node:async_hooks";
import { captureContext } from "../values/index.ts";

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

const scopes = new AsyncLocalStorage<OrchestrationScope | undefined>();

export const currentScope = (): OrchestrationScope | undefined => scopes.getStore();

/** What runs a function as the orchestration's code. Made once for each: to enter a scope anew costs three times as much. */
export const entryTo = (scope: OrchestrationScope): (<T>(run: () => T) => T) => scopes.run(scope, captureContext);

/** What the caller does from now on, up to its next await, is not the orchestration's any more. */
export const leaveScope = (): void => scopes.enterWith(undefined);
