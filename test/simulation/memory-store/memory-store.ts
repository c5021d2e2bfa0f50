import { ClosedError } from "../../../src/errors/index.ts";
import type { Clock } from "../../../src/providers/clock.ts";
import type { Provider, StoreTransfer, Wake } from "../../../src/providers/contract.ts";
import { PendingWake } from "../../../src/providers/sqlite/pending-wake.ts";
import { findUnservable } from "./capabilities.ts";
import { fetchInstances, releaseAllExcept, releaseInstances } from "./claims.ts";
import { commit } from "./commit.ts";
import { closeLease, openLease, renewLease } from "./leases.ts";
import { deliverMessage, fireTimers, startInstance } from "./messages.ts";
import * as reads from "./reads.ts";
import { Rows } from "./rows.ts";
import { endTrial, expireWork, fetchWork, findLostWork, heartbeatWork } from "./work.ts";

interface MemoryStoreOptions {
  readonly clock: Clock;
  /** Lets something happen after the answer to the call of the moment. */
  readonly soon: (action: () => void) => void;
}

/**
 * The contract kept in maps: nothing survives, nothing is asynchronous, and a call costs a few microseconds. It is
 * there so that the runtime can be simulated for millions of turns, and offers what a runtime and a client call: no
 * sessions, no transactions, no moves, no searches, no limits of mailboxes, and it never prunes.
 */
export class MemoryStore implements Provider {
  readonly kind = "memory";
  readonly transfer: StoreTransfer = new Proxy({} as StoreTransfer, { get: () => absent });
  readonly #rows: Rows;
  readonly #soon: MemoryStoreOptions["soon"];
  readonly #listeners = new Set<{ readonly call: (wake: Wake) => void }>();
  #isClosed = false;

  constructor({ clock, soon }: MemoryStoreOptions) {
    this.#rows = new Rows(clock);
    this.#soon = soon;
  }

  readonly now = () => this.#rows.readClock();
  readonly openLease = this.#calls(openLease);
  readonly renewLease = this.#calls(renewLease);
  readonly closeLease = this.#calls(closeLease);
  readonly fetchInstances = this.#calls(fetchInstances);
  readonly releaseInstances = this.#calls(releaseInstances);
  readonly releaseAllExcept = this.#calls(releaseAllExcept);
  readonly fetchWork = this.#calls(fetchWork);
  readonly heartbeatWork = this.#calls(heartbeatWork);
  readonly endTrial = this.#calls(endTrial);
  readonly findLostWork = this.#calls(findLostWork);
  readonly fireTimers = this.#calls(fireTimers);
  readonly commit = this.#calls(commit);
  readonly findUnservable = this.#calls(findUnservable);
  readonly expireWork = this.#calls(expireWork);
  readonly createInstances: Provider["createInstances"] = this.#calls(
    (rows, starts: Parameters<Provider["createInstances"]>[0]) => starts.map((start) => startInstance(rows, start)),
  );
  readonly enqueue: Provider["enqueue"] = this.#calls((rows, messages: Parameters<Provider["enqueue"]>[0]) =>
    messages.map((message) => deliverMessage(rows, message)),
  );
  readonly releaseQuarantine = this.#calls(reads.releaseQuarantine);
  readonly readInstance = this.#calls(reads.readInstance);
  readonly readHistory = this.#calls(reads.readHistory);
  readonly readProgress = this.#calls(reads.readProgress);
  readonly readState = this.#calls(reads.readState);
  readonly listExecutions = this.#calls(reads.listExecutions);
  readonly listChildren = this.#calls(reads.listChildren);
  readonly listInstances = this.#calls(reads.listInstances);
  readonly readLoad = this.#calls(reads.readLoad);
  readonly deleteInstance = this.#calls(reads.deleteInstance);
  readonly countInstances: Provider["countInstances"] = absent;
  readonly listNodes: Provider["listNodes"] = absent;
  readonly readInstanceQueues: Provider["readInstanceQueues"] = absent;
  readonly readTraffic: Provider["readTraffic"] = absent;
  readonly pruneExecutions: Provider["pruneExecutions"] = absent;
  readonly pruneInstances: Provider["pruneInstances"] = absent;

  subscribe(listener: (wake: Wake) => void): () => void {
    this.#mustBeOpen();
    const entry = { call: listener };
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Everything happens within the call, so that calls take effect in the order in which they are made. */
  #calls<A extends readonly unknown[], R>(operation: (rows: Rows, ...args: A) => R): (...args: A) => Promise<R> {
    return async (...args) => {
      this.#mustBeOpen();
      const rows = this.#rows;
      rows.readClock();
      const answer = operation(rows, ...args);
      const wake = rows.wake.take();
      if (wake !== null) {
        rows.wake = new PendingWake();
        this.#soon(() => this.#tell(wake));
      }
      return answer;
    };
  }

  #tell(wake: Wake): void {
    for (const { call } of this.#listeners) call(wake);
  }

  #mustBeOpen(): void {
    if (this.#isClosed) throw new ClosedError("This store has been closed.");
  }
}

const absent = (): Promise<never> => Promise.reject(new Error("This is not part of the simulated store."));
