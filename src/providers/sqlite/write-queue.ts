import { type Host, processHost } from "../../host/index.ts";
import { captureContext } from "../../values/index.ts";
import type { StoreClock } from "../clock.ts";
import type { Wake } from "../contract.ts";
import { busyLimitMs, busyPauseMs, lockedError } from "./busy-retry.ts";
import type { Connection } from "./connection.ts";
import { PendingWake } from "./pending-wake.ts";
import { isBusy, toStorageError } from "./sqlite-errors.ts";
import { Transaction, type TransactionTime } from "./transaction.ts";

/** A group that has run this long is committed, so that the event loop gets its turn; the rest follows in the next. */
const maxGroupMs = 20;

interface Write {
  readonly operation: (tx: Transaction) => unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  outcome: { readonly result: unknown } | { readonly error: unknown } | null;
}

export interface WriteQueueOptions {
  /** Default: the process. */
  readonly host?: Host;
  readonly connection: Connection;
  readonly clock: StoreClock;
  /** Called after the commit, and after everyone waiting for it has had their answer. */
  readonly onWake: (wake: Wake) => void;
  /** Called when a group that is about to be committed has made instances available. What is pushed now joins it. */
  readonly onReady?: () => void;
  readonly busyLimitMs?: number;
}

/**
 * The one writer. What is queued during one turn of the event loop shares a transaction, because a commit that must
 * survive a power cut costs as much as ten of what is in it. The state diagram is in README.md.
 */
export class WriteQueue {
  readonly #host: Host;
  readonly #connection: Connection;
  readonly #clock: StoreClock;
  readonly #onWake: (wake: Wake) => void;
  readonly #onReady: (() => void) | undefined;
  readonly #busyLimitMs: number;
  // A flush must not run in the async context of whoever happened to queue first, which may be an orchestration's.
  readonly #inOwnContext = captureContext();
  #waiting: Write[] = [];
  #flushQueued = false;
  #isFlushing = false;
  #isolateNext = false;
  #busySince: number | null = null;
  #busyTries = 0;
  #onDrained: (() => void) | null = null;

  constructor(options: WriteQueueOptions) {
    this.#host = options.host ?? processHost;
    this.#connection = options.connection;
    this.#clock = options.clock;
    this.#onWake = options.onWake;
    this.#onReady = options.onReady;
    this.#busyLimitMs = options.busyLimitMs ?? busyLimitMs;
  }

  /** Resolves with the operation's result once it is committed. The operation may be run more than once before. */
  push<T>(operation: (tx: Transaction) => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (!this.#isFlushing) this.#queueFlush();
      this.#waiting.push({ operation, resolve: resolve as Write["resolve"], reject, outcome: null });
    });
  }

  /** Resolves when nothing is waiting any more. */
  async drain(): Promise<void> {
    if (!this.#flushQueued) return;
    await new Promise<void>((resolve) => {
      this.#onDrained = resolve;
    });
  }

  #queueFlush(): void {
    if (this.#flushQueued) return;
    this.#host.soon(() => this.#inOwnContext(() => this.#flush()));
    this.#flushQueued = true;
  }

  #flush(): void {
    this.#flushQueued = false;
    this.#isFlushing = true;
    const group = this.#commitGroup();
    this.#isFlushing = false;
    for (const write of group) settle(write);
    if (this.#waiting.length > 0) this.#queueFlush();
    else if (!this.#flushQueued) this.#onDrained?.();
  }

  /** Commits the first of those waiting and returns them, each with its outcome; none if the lock was not free. */
  #commitGroup(): readonly Write[] {
    let group: Write[] = [];
    try {
      this.#connection.run("BEGIN IMMEDIATE");
      this.#busySince = null;
      this.#busyTries = 0;
      const isolating = this.#isolateNext;
      this.#isolateNext = false;
      const time = { now: this.#clock.now(), leaseNow: this.#clock.leaseNow() };
      const wake = new PendingWake();
      group = isolating ? this.#runApart(time, wake) : this.#runTogether(time, wake);
      if (group.length === 0) return group;
      this.#connection.run("COMMIT");
      this.#announce(wake);
      return group;
    } catch (error) {
      if (this.#connection.inTransaction) this.#connection.run("ROLLBACK");
      if (isBusy(error)) return this.#waitForLock(group, error);
      // Not even BEGIN worked: then nobody in the queue has a reason to hope.
      const lost = group.length > 0 ? group : this.#take(this.#waiting.length);
      for (const write of lost) write.outcome = { error: toStorageError(error, "SQLite did not commit") };
      return lost;
    }
  }

  #runTogether(time: TransactionTime, wake: PendingWake): Write[] {
    const tx = new Transaction(this.#connection, time, false);
    const startedAt = this.#host.now();
    let count = 0;
    for (const write of this.#waiting) {
      count += 1;
      try {
        write.outcome = { result: write.operation(tx) };
      } catch (error) {
        // The database has given up the whole transaction (disk full, I/O error), or somebody is in the way.
        if (!this.#connection.inTransaction || isBusy(error)) throw error;
        this.#connection.run("ROLLBACK");
        this.#isolateNext = true;
        return [];
      }
      if (count === this.#waiting.length && tx.wake.takeReady()) this.#onReady?.();
      if (this.#host.now() - startedAt > maxGroupMs) break;
    }
    wake.add(tx.wake);
    return this.#take(count);
  }

  #runApart(time: TransactionTime, wake: PendingWake): Write[] {
    const startedAt = this.#host.now();
    let count = 0;
    for (const write of this.#waiting) {
      count += 1;
      const tx = new Transaction(this.#connection, time, true);
      try {
        write.outcome = { result: tx.part(() => write.operation(tx)) };
        wake.add(tx.wake);
      } catch (error) {
        if (!this.#connection.inTransaction || isBusy(error)) throw error;
        write.outcome = { error };
      }
      if (this.#host.now() - startedAt > maxGroupMs) break;
    }
    return this.#take(count);
  }

  #take(count: number): Write[] {
    const taken = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    return taken;
  }

  #waitForLock(group: readonly Write[], error: unknown): readonly Write[] {
    this.#waiting = [...group, ...this.#waiting];
    this.#busySince ??= this.#host.now();
    if (this.#host.now() - this.#busySince > this.#busyLimitMs) {
      const lost = this.#take(this.#waiting.length);
      for (const write of lost) write.outcome = { error: lockedError(this.#busyLimitMs, error) };
      this.#busySince = null;
      return lost;
    }
    this.#host.after(busyPauseMs(this.#host, this.#busyTries), () => this.#inOwnContext(() => this.#flush()));
    this.#busyTries += 1;
    this.#flushQueued = true;
    return [];
  }

  #announce(pending: PendingWake): void {
    const wake = pending.take();
    if (wake !== null) this.#host.soon(() => this.#onWake(wake));
  }
}

function settle(write: Write): void {
  const outcome = write.outcome as NonNullable<Write["outcome"]>;
  if ("error" in outcome) write.reject(toStorageError(outcome.error, "SQLite refused the operation"));
  else write.resolve(outcome.result);
}
