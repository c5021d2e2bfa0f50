import { resolve } from "node:path";
import { ClosedError, InvalidArgumentError } from "../../errors/index.ts";
import { type Host, processHost } from "../../host/index.ts";
import { type Clock, StoreClock, systemClock } from "../clock.ts";
import type {
  CommitBatch,
  CommitResult,
  CountInstances,
  DeleteInstance,
  DeleteOutcome,
  EnqueueAnswer,
  EnqueuedMessage,
  EventRow,
  ExecutionRecord,
  FetchedInstances,
  ExpiredWork,
  FetchedWork,
  FetchInstances,
  FetchWork,
  FiredTimers,
  InstanceRef,
  InstancePage,
  InstanceProgress,
  InstanceQueues,
  InstanceRecord,
  Kept,
  LeaseState,
  ListInstances,
  NewInstance,
  NodeLease,
  NodeRecord,
  Provider,
  PruneInstances,
  StoreLoad,
  StoreTransfer,
  Traffic,
  Transactions,
  Wake,
  WorkFence,
} from "../contract.ts";
import { checkObject } from "../../values/index.ts";
import { retryWhileBusy } from "./busy-retry.ts";
import { closeLease } from "./close-lease.ts";
import { commit } from "./commit.ts";
import { completeWork } from "./complete-work.ts";
import type { Connection } from "./connection.ts";
import { countInstances } from "./count-instances.ts";
import { countStored } from "./count-stored.ts";
import { createInstancesIn } from "./create-instances-in.ts";
import { createInstances } from "./create-instances.ts";
import { deleteInstance } from "./delete-instance.ts";
import { discardInstances } from "./discard-instances.ts";
import { dumpInstance, dumpInstances } from "./dump-instances.ts";
import { endTrial } from "./end-trial.ts";
import { enqueue } from "./enqueue.ts";
import { expireWork, type ExpireWork } from "./expire-work.ts";
import { ExternalChanges } from "./external-changes.ts";
import { fetchInstances } from "./fetch-instances.ts";
import { fetchWork } from "./fetch-work.ts";
import { findLostWork } from "./find-lost-work.ts";
import { findUnservable } from "./find-unservable.ts";
import { fireTimers } from "./fire-timers.ts";
import { heartbeatWork } from "./heartbeat-work.ts";
import { listChildren } from "./list-children.ts";
import { listExecutions } from "./list-executions.ts";
import { listInstances } from "./list-instances.ts";
import { listNodes } from "./list-nodes.ts";
import { migrate } from "./migrate.ts";
import { memory, openReader, openWriter } from "./open-connection.ts";
import { openLease } from "./open-lease.ts";
import { pruneExecutions } from "./prune-executions.ts";
import { pruneInstances } from "./prune-instances.ts";
import { readHistory } from "./read-history.ts";
import { type ReadInstanceQueues, readInstanceQueues } from "./read-instance-queues.ts";
import { readInstance } from "./read-instance.ts";
import { readLoad } from "./read-load.ts";
import { readProgress } from "./read-progress.ts";
import { readState } from "./read-state.ts";
import { type ReadTraffic, readTraffic } from "./read-traffic.ts";
import { releaseAllExcept } from "./release-all-except.ts";
import { releaseInstances } from "./release-instances.ts";
import { releaseQuarantine } from "./release-quarantine.ts";
import { renewLease } from "./renew-lease.ts";
import { restoreInstances } from "./restore-instances.ts";
import { readSeal, sealStore, unsealStore } from "./seal-store.ts";
import { SharedLook } from "./shared-look.ts";
import { toStorageError } from "./sqlite-errors.ts";
import { runUnderSavepoint, type SqliteTransaction } from "./sqlite-transaction.ts";
import { latestTime } from "./store-time.ts";
import type { Transaction } from "./transaction.ts";
import { usersTransaction } from "./users-transaction.ts";
import { becomingReady, clockMoved, WakeListeners } from "./wake-listeners.ts";
import { WriteQueue } from "./write-queue.ts";

/** What `SqliteProvider.open` may be given besides the path. */
export interface SqliteOptions {
  /** Where the store reads the time. Default: the machine's clock. */
  readonly clock?: Clock;
}

/** With what only a simulation of a whole world gives. */
export interface HostedSqliteOptions extends SqliteOptions {
  /** Default: the process. */
  readonly host?: Host;
}

interface OpenStore {
  readonly host: Host;
  readonly location: string;
  readonly source: Clock;
  readonly clock: StoreClock;
  readonly writer: Connection;
  readonly reader: Connection;
}

/**
 * Keeps everything in one SQLite file, or in memory. Several processes of one machine may share a file; the file must
 * not be on a network file system.
 */
export class SqliteProvider implements Provider {
  readonly kind = "sqlite";
  readonly transfer: StoreTransfer = {
    seal: (seal) => this.#write((tx) => sealStore(tx, seal)),
    readSeal: () => this.#read(readSeal),
    unseal: (moveId) => this.#write((tx) => unsealStore(tx, moveId)),
    count: () => this.#read(countStored),
    dump: (request) => this.#read((db) => dumpInstances(db, request)),
    dumpOne: (instanceId) => this.#read((db) => dumpInstance(db, instanceId)),
    restore: (dumps) => this.#write((tx) => restoreInstances(tx, dumps)),
    discard: (runs) => this.#write((tx) => discardInstances(tx, runs)),
  };
  readonly transactions: Transactions;
  readonly #location: string;
  readonly #clock: StoreClock;
  readonly #writer: Connection;
  readonly #reader: Connection;
  readonly #writes: WriteQueue;
  readonly #listeners: WakeListeners;
  /**
   * For what reads a row or two, often right after a commit: the connection that wrote them still has their pages, and
   * every other one has to forget its own first.
   */
  readonly #looks = new SharedLook((query) =>
    this.#read(query, () => (this.#writer.inTransaction ? this.#reader : this.#writer)),
  );
  readonly #stopHearingOfMoves: (() => void) | undefined;
  #closing: Promise<void> | null = null;

  /** Opens the file at `path`, creating it if there is none, or a new database in memory for `":memory:"`. */
  static async open(path: string, options: SqliteOptions = {}): Promise<SqliteProvider> {
    if (typeof path !== "string" || path === "" || path.includes("\0")) {
      throw new InvalidArgumentError('SqliteProvider.open needs the path of a file, or ":memory:".');
    }
    checkObject(options, "SqliteProvider.open options");
    const { clock: source = systemClock, host = processHost }: HostedSqliteOptions = options;
    const clock = new StoreClock(source);
    // An absolute path, because SQLite would read one that begins with "file:" as a URI with settings in it.
    const location = path === memory ? memory : resolve(path);
    let writer: Connection | null = null;
    try {
      const connection = (writer = await openWriter(location));
      await retryWhileBusy(() => migrate(connection, clock));
      clock.continueFrom(await retryWhileBusy(() => latestTime(connection)));
      const reader = location === memory ? connection : await openReader(location);
      return new SqliteProvider({ host, location, source, clock, writer: connection, reader });
    } catch (error) {
      writer?.close();
      throw toStorageError(error, `The SQLite database "${path}" could not be opened`);
    }
  }

  private constructor({ host, location, source, clock, writer, reader }: OpenStore) {
    this.#location = location;
    this.#clock = clock;
    this.#writer = writer;
    this.transactions = {
      style: "synchronous",
      createInstances: (transaction, starts) => {
        if (this.#closing !== null) throw closedError();
        return createInstancesIn(usersTransaction(transaction, { location, writer, clock }), starts);
      },
      completeWork: (request) => this.#write((tx) => completeWork(tx, request)),
    };
    this.#reader = reader;
    const watched = location === memory ? null : { path: location, connection: writer };
    this.#listeners = new WakeListeners((onChange) => watched && new ExternalChanges({ ...watched, onChange }));
    this.#writes = new WriteQueue({
      host,
      connection: writer,
      clock,
      onWake: (wake) => this.#listeners.emit(wake),
      onReady: () => this.#listeners.emit(becomingReady),
    });
    this.#stopHearingOfMoves = source.onMove?.(() => this.#listeners.emit(clockMoved));
  }

  now(): number {
    return this.#clock.now();
  }

  openLease(lease: NodeLease): Promise<LeaseState> {
    return this.#write((tx) => openLease(tx, lease));
  }

  renewLease(lease: NodeLease): Promise<LeaseState> {
    return this.#write((tx) => renewLease(tx, lease));
  }

  closeLease(nodeId: string): Promise<void> {
    return this.#write((tx) => closeLease(tx, nodeId));
  }

  fetchInstances(request: FetchInstances): Promise<FetchedInstances> {
    return this.#write((tx) => fetchInstances(tx, request));
  }

  releaseInstances(nodeId: string, claims: readonly { ref: InstanceRef; epoch: number }[]): Promise<void> {
    return this.#write((tx) => releaseInstances(tx, nodeId, claims));
  }

  releaseAllExcept(nodeId: string, kept: Kept): Promise<void> {
    return this.#write((tx) => releaseAllExcept(tx, nodeId, kept));
  }

  fetchWork(request: FetchWork): Promise<FetchedWork> {
    return this.#write((tx) => fetchWork(tx, request));
  }

  endTrial(nodeId: string, fence: WorkFence): Promise<void> {
    return this.#write((tx) => endTrial(tx, nodeId, fence));
  }

  heartbeatWork(nodeId: string, fence: WorkFence, details: string | null): Promise<boolean> {
    return this.#write((tx) => heartbeatWork(tx, nodeId, fence, details));
  }

  findLostWork(nodeId: string, fences: readonly WorkFence[]): Promise<readonly WorkFence[]> {
    return this.#read((db) => findLostWork(db, nodeId, fences));
  }

  fireTimers(request: { readonly partitions: readonly number[]; readonly limit: number }): Promise<FiredTimers> {
    return this.#write((tx) => fireTimers(tx, request));
  }

  commit(batch: CommitBatch): Promise<CommitResult> {
    return this.#write((tx) => commit(tx, batch));
  }

  findUnservable(request: { readonly graceMs: number }): Promise<readonly string[]> {
    return this.#write((tx) => findUnservable(tx, request));
  }

  expireWork(request: ExpireWork): Promise<ExpiredWork> {
    return this.#write((tx) => expireWork(tx, request));
  }

  createInstances(starts: readonly NewInstance[]): Promise<readonly { created: boolean; runId: string }[]> {
    return this.#write((tx) => createInstances(tx, starts));
  }

  enqueue(messages: readonly EnqueuedMessage[]): Promise<readonly EnqueueAnswer[]> {
    return this.#write((tx) => enqueue(tx, messages));
  }

  releaseQuarantine(instanceId: string): Promise<boolean> {
    return this.#write((tx) => releaseQuarantine(tx, instanceId));
  }

  readInstance(instanceId: string): Promise<InstanceRecord | null> {
    return this.#looks.add((db) => readInstance(db, instanceId));
  }

  readHistory(instanceId: string, executionId?: number): Promise<readonly EventRow[] | null> {
    return this.#read((db) => readHistory(db, instanceId, executionId));
  }

  readProgress(instanceId: string): Promise<InstanceProgress | null> {
    return this.#looks.add((db) => readProgress(db, instanceId));
  }

  readState(instanceId: string): Promise<readonly { readonly key: string; readonly payload: string }[] | null> {
    return this.#read((db) => readState(db, instanceId));
  }

  listExecutions(instanceId: string): Promise<readonly ExecutionRecord[]> {
    return this.#read((db) => listExecutions(db, instanceId));
  }

  listChildren(instanceId: string, runId: string): Promise<readonly InstanceRecord[]> {
    return this.#read((db) => listChildren(db, instanceId, runId));
  }

  listInstances(request: ListInstances): Promise<InstancePage> {
    return this.#read((db) => listInstances(db, request));
  }

  countInstances(request: CountInstances): Promise<number> {
    return this.#read((db) => countInstances(db, request));
  }

  readLoad(): Promise<StoreLoad> {
    return this.#read((db) => readLoad(db, { storeNow: this.#clock.now(), location: this.#location }));
  }

  listNodes(): Promise<{ readonly storeNow: number; readonly nodes: readonly NodeRecord[] }> {
    return this.#read((db) => ({ storeNow: this.#clock.now(), nodes: listNodes(db) }));
  }

  readInstanceQueues(request: ReadInstanceQueues): Promise<InstanceQueues | null> {
    return this.#read((db) => readInstanceQueues(db, this.#clock.now(), request));
  }

  readTraffic(request: ReadTraffic): Promise<Traffic> {
    return this.#read((db) => readTraffic(db, this.#clock.now(), request));
  }

  deleteInstance(request: DeleteInstance): Promise<DeleteOutcome> {
    return this.#write((tx) => deleteInstance(tx, request));
  }

  pruneExecutions(request: { readonly instanceId: string; readonly keep: number }): Promise<number> {
    return this.#write((tx) => pruneExecutions(tx, request));
  }

  pruneInstances(request: PruneInstances): Promise<readonly string[]> {
    return this.#write((tx) => pruneInstances(tx, request));
  }

  /**
   * Runs a function that writes rows of your own, all of them or none: they are undone if it throws. `client.start`
   * takes what it is given as `transaction`. It must not be async, and may be run again when its commit fails for
   * somebody else's reasons, so it should do nothing but write. Resolves once all is on the disk.
   */
  async transaction<T>(write: (transaction: SqliteTransaction) => T): Promise<T> {
    const ran = await this.#write((tx) => runUnderSavepoint(tx, write));
    if ("error" in ran) throw ran.error;
    return ran.value;
  }

  subscribe(listener: (wake: Wake) => void): () => void {
    if (this.#closing !== null) throw closedError();
    return this.#listeners.add(listener);
  }

  /** Waits for what is queued, then closes the file. What is called afterwards rejects with `ClosedError`. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #write<T>(operation: (tx: Transaction) => T): Promise<T> {
    if (this.#closing !== null) throw closedError();
    return await this.#writes.push(operation);
  }

  async #read<T>(query: (db: Connection) => T, connection = () => this.#reader): Promise<T> {
    try {
      return await retryWhileBusy(() => {
        if (this.#closing !== null) throw closedError();
        return query(connection());
      });
    } catch (error) {
      throw toStorageError(error, "SQLite did not answer");
    }
  }

  async #close(): Promise<void> {
    this.#stopHearingOfMoves?.();
    this.#listeners.clear();
    await this.#writes.drain();
    if (this.#reader !== this.#writer) this.#reader.close();
    try {
      this.#writer.script("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch {
      // Others use the file: it is theirs to tidy up.
    }
    this.#writer.close();
  }
}

function closedError(): ClosedError {
  return new ClosedError("This SqliteProvider has been closed. Open another one.");
}
