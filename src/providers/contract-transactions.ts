import type { WorkFence } from "./contract-commits.ts";
import type { NewInstance, NewMessage } from "./contract-rows.ts";

/**
 * What a store can do inside a transaction of whoever uses it: such a transaction is an object of the store's own kind,
 * which only the provider understands. It rejects what is none, or is not open, with `InvalidArgumentError`.
 */
export interface Transactions {
  /**
   * `synchronous`: an open transaction must not outlast the call that it was opened in, so everything that is done in
   * it has happened when its call returns, and what is wrong is thrown. `asynchronous`: by promises.
   */
  readonly style: "synchronous" | "asynchronous";
  /**
   * As `Provider.createInstances`, and with the fate of the transaction. Those who run instances hear of its commit.
   */
  createInstances(transaction: unknown, starts: readonly NewInstance[]): Created | Promise<Created>;
  /**
   * Runs the body of a delivery in a transaction that also ends the delivery, as `WorkResult` of kind `complete` does.
   */
  completeWork(request: CompleteWork): Promise<WorkCompletion>;
}

/** Whether each start made an instance, and the run that now has its id. */
export type Created = readonly { readonly created: boolean; readonly runId: string }[];

/** A delivery whose function runs inside a transaction of the store. */
export interface CompleteWork {
  readonly nodeId: string;
  readonly fence: WorkFence;
  /** Aborted when the result is no longer wanted: then the transaction is given up, whatever the body does. */
  readonly signal: AbortSignal;
  /**
   * The body: what it writes with `transaction` is committed together with the message, or not at all. It may be run
   * again when the store could not commit what it did, or not beside what others did. Of a synchronous store it must
   * not give a promise.
   */
  readonly run: (transaction: unknown) => NewMessage | Promise<NewMessage>;
}

/** What became of a delivery that ran inside a transaction. */
export type WorkCompletion =
  | { readonly status: "committed" }
  /** The delivery no longer holds, or its signal was aborted: nothing was written. */
  | { readonly status: "fenced" }
  /** The body threw, or what it wrote could not be committed: nothing was written, and the delivery goes on. */
  | { readonly status: "failed"; readonly error: unknown };
