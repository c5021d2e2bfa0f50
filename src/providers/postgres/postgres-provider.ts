import pg from "pg";
import { ClosedError, InvalidArgumentError } from "../../errors/index.ts";
import { checkObject } from "../../values/index.ts";
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
  InstancePage,
  InstanceProgress,
  InstanceQueues,
  InstanceRecord,
  InstanceRef,
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
import { assertSettings } from "./assert-settings.ts";
import { BodySlots } from "./body-slots.ts";
import { Carriers } from "./carriers.ts";
import { closeLease } from "./close-lease.ts";
import { commit } from "./commit.ts";
import { completeWork } from "./complete-work.ts";
import { countInstances } from "./count-instances.ts";
import { countStored } from "./count-stored.ts";
import { createInstancesIn } from "./create-instances-in.ts";
import { createInstances } from "./create-instances.ts";
import { Database, surviveLostConnections } from "./database.ts";
import { deleteInstance } from "./delete-instance.ts";
import { discardInstances } from "./discard-instances.ts";
import { dumpInstance, dumpInstances } from "./dump-instances.ts";
import { endTrial } from "./end-trial.ts";
import { enqueue } from "./enqueue.ts";
import { EntryRepair } from "./entry-repair.ts";
import { expireWork, type ExpireWork } from "./expire-work.ts";
import { ExternalChanges } from "./external-changes.ts";
import { fetchInstances } from "./fetch-instances.ts";
import { fetchWork } from "./fetch-work.ts";
import { findLostWork } from "./find-lost-work.ts";
import { findUnservable } from "./find-unservable.ts";
import { fireTimers } from "./fire-timers.ts";
import { Gathered } from "./gathered.ts";
import { heartbeatWork } from "./heartbeat-work.ts";
import { Hints } from "./hints.ts";
import { listChildren } from "./list-children.ts";
import { listExecutions } from "./list-executions.ts";
import { listInstances } from "./list-instances.ts";
import { listNodes } from "./list-nodes.ts";
import { LowWater } from "./low-water.ts";
import { migrate, type Migrations } from "./migrate.ts";
import { NewsChannel } from "./news-channel.ts";
import type { News } from "./news.ts";
import { openLease } from "./open-lease.ts";
import type { PostgresPool } from "./pool.ts";
import { isRefusal, toStorageError } from "./postgres-errors.ts";
import { pruneExecutions } from "./prune-executions.ts";
import { pruneInstances } from "./prune-instances.ts";
import { readHistory } from "./read-history.ts";
import { type ReadInstanceQueues, readInstanceQueues } from "./read-instance-queues.ts";
import { readInstances } from "./read-instance.ts";
import { readProgress } from "./read-progress.ts";
import { readLoad } from "./read-load.ts";
import { readState } from "./read-state.ts";
import { type ReadTraffic, readTraffic } from "./read-traffic.ts";
import { releaseAllExcept } from "./release-all-except.ts";
import { releaseInstances } from "./release-instances.ts";
import { releaseQuarantine } from "./release-quarantine.ts";
import { renewLease } from "./renew-lease.ts";
import { restoreInstances } from "./restore-instances.ts";
import { checkSchemaName, defaultSchema } from "./schema-name.ts";
import { readSeal, sealStore, unsealStore } from "./seal-store.ts";
import type { Store } from "./store.ts";
import { UnheardCommits } from "./unheard-commits.ts";

/** What `PostgresProvider.open` may be given besides the connection. */
export interface PostgresOptions {
  /** Where the tables are. Created if it is not there. Default: `perdure`. */
  readonly schema?: string;
  /** `apply` (default) brings the schema up to this release; `verify` only refuses one that is not. */
  readonly migrations?: Migrations;
  /** False does without LISTEN and NOTIFY: other processes then hear of changes up to a second later. */
  readonly listen?: boolean;
  /**
   * A statement that is not answered within so many milliseconds has failed, and its connection is given up; it may
   * take 1 ms longer for each kilobyte that it carries. As long is waited for a connection. Default: 10,000.
   */
  readonly queryTimeoutMs?: number;
  /** What advances the store's clock between its readings, in milliseconds. Default: the machine's monotonic clock. */
  readonly monotonic?: () => number;
}

/** Keeps everything in one schema of a PostgreSQL database, for any number of nodes on any number of machines. */
export class PostgresProvider implements Provider {
  readonly kind = "postgres";
  readonly transfer: StoreTransfer = {
    seal: (seal) => this.#run((store) => sealStore(store, seal)),
    readSeal: () => this.#run(readSeal),
    unseal: (moveId) => this.#run((store) => unsealStore(store, moveId)),
    count: () => this.#run(countStored),
    dump: (request) => this.#run((store) => dumpInstances(store, request)),
    dumpOne: (instanceId) => this.#run((store) => dumpInstance(store, instanceId)),
    restore: (dumps) => this.#run((store) => restoreInstances(store, dumps)),
    discard: (runs) => this.#run((store) => discardInstances(store, runs)),
  };
  readonly transactions: Transactions = {
    style: "asynchronous",
    createInstances: (transaction, starts) => this.#run((store) => createInstancesIn(store, transaction, starts)),
    completeWork: (request) => this.#run((store) => completeWork(store, request)),
  };
  readonly #store: Store;
  readonly #pool: PostgresPool;
  readonly #ownsPool: boolean;
  readonly #letGo: () => void;
  readonly #elsewhere: ExternalChanges;
  readonly #unheard: UnheardCommits;
  readonly #messages = new Gathered((messages: readonly EnqueuedMessage[]) => enqueue(this.#store, messages));
  readonly #starts = new Gathered((starts: readonly NewInstance[]) => createInstances(this.#store, starts));
  readonly #records = new Gathered((ids: readonly string[]) => readInstances(this.#store, ids));
  readonly #progress = new Gathered((ids: readonly string[]) => readProgress(this.#store, ids));
  readonly #underWay = new Set<Promise<unknown>>();
  #closing: Promise<void> | null = null;

  /** Opens a connection string, or a pool of yours, which stays yours to end. */
  static async open(connection: string | PostgresPool, options: PostgresOptions = {}): Promise<PostgresProvider> {
    checkObject(options, "PostgresProvider.open options");
    const schema = checkSchemaName(options.schema ?? defaultSchema);
    const ownsPool = typeof connection === "string";
    if (!ownsPool && typeof connection?.connect !== "function") {
      throw new InvalidArgumentError("PostgresProvider.open needs a connection string, or a Pool of pg.");
    }
    if (!ownsPool && (options.listen ?? true) && connection.options?.max === 1) {
      throw new InvalidArgumentError(
        "The Pool has one connection, and listening keeps one to itself. Give it at least 2, or open with listen: false.",
      );
    }
    const pool = ownsPool ? newPool(connection) : connection;
    const provider = new PostgresProvider(pool, ownsPool, schema, options);
    try {
      await assertSettings(provider.#store.db);
      await migrate(provider.#store.db, options.migrations ?? "apply");
      await provider.#readClock();
      return provider;
    } catch (error) {
      await provider.close();
      throw toStorageError(error, "The PostgreSQL database could not be opened");
    }
  }

  private constructor(pool: PostgresPool, ownsPool: boolean, schema: string, options: PostgresOptions) {
    this.#pool = pool;
    this.#ownsPool = ownsPool;
    const { queryTimeoutMs = 10_000, monotonic } = options;
    const lowWater = new LowWater();
    const hints: Hints = new Hints({
      lowWater,
      onOwnChange: (news) => this.#elsewhere.announce(news),
      onOld: () => this.#store.entryRepair.soon(),
    });
    this.#unheard = new UnheardCommits(() => hints.committedUnheard());
    const db = new Database({ pool, schema, queryTimeoutMs, unheard: this.#unheard, monotonic });
    const onChange = (news: News) => hints.changedElsewhere(news);
    const channel = (options.listen ?? true) ? new NewsChannel(db.schema) : null;
    this.#elsewhere = new ExternalChanges({ db, channel, onChange });
    // As many as pg makes if nobody says.
    const bodies = new BodySlots(pool.options?.max ?? 10);
    this.#store = {
      db,
      carriers: new Carriers(),
      hints,
      lowWater,
      entryRepair: new EntryRepair(db, hints),
      channel,
      bodies,
    };
    this.#letGo = surviveLostConnections(pool);
  }

  now(): number {
    return this.#store.db.clock.now();
  }

  openLease(lease: NodeLease): Promise<LeaseState> {
    return this.#run((store) => openLease(store, lease));
  }

  renewLease(lease: NodeLease): Promise<LeaseState> {
    return this.#run((store) => renewLease(store, lease));
  }

  closeLease(nodeId: string): Promise<void> {
    return this.#run((store) => closeLease(store, nodeId));
  }

  fetchInstances(request: FetchInstances): Promise<FetchedInstances> {
    return this.#run((store) => fetchInstances(store, request));
  }

  releaseInstances(nodeId: string, claims: readonly { ref: InstanceRef; epoch: number }[]): Promise<void> {
    return this.#run((store) => releaseInstances(store, nodeId, claims));
  }

  releaseAllExcept(nodeId: string, kept: Kept): Promise<void> {
    return this.#run((store) => releaseAllExcept(store, nodeId, kept));
  }

  fetchWork(request: FetchWork): Promise<FetchedWork> {
    return this.#run((store) => fetchWork(store, request));
  }

  endTrial(nodeId: string, fence: WorkFence): Promise<void> {
    return this.#run((store) => endTrial(store, nodeId, fence));
  }

  heartbeatWork(nodeId: string, fence: WorkFence, details: string | null): Promise<boolean> {
    return this.#run((store) => heartbeatWork(store, nodeId, fence, details));
  }

  findLostWork(nodeId: string, fences: readonly WorkFence[]): Promise<readonly WorkFence[]> {
    return this.#run((store) => findLostWork(store, nodeId, fences));
  }

  fireTimers(request: { readonly partitions: readonly number[]; readonly limit: number }): Promise<FiredTimers> {
    return this.#run((store) => fireTimers(store, request));
  }

  commit(batch: CommitBatch): Promise<CommitResult> {
    return this.#run((store) => commit(store, batch));
  }

  findUnservable(request: { readonly graceMs: number }): Promise<readonly string[]> {
    return this.#run((store) => findUnservable(store, request));
  }

  expireWork(request: ExpireWork): Promise<ExpiredWork> {
    return this.#run((store) => expireWork(store, request));
  }

  createInstances(starts: readonly NewInstance[]): Promise<readonly { created: boolean; runId: string }[]> {
    return this.#run(() => this.#starts.add(starts));
  }

  enqueue(messages: readonly EnqueuedMessage[]): Promise<readonly EnqueueAnswer[]> {
    return this.#run(() => this.#messages.add(messages));
  }

  releaseQuarantine(instanceId: string): Promise<boolean> {
    return this.#run((store) => releaseQuarantine(store, instanceId));
  }

  readInstance(instanceId: string): Promise<InstanceRecord | null> {
    return this.#run(async () => (await this.#records.add([instanceId]))[0] ?? null);
  }

  readHistory(instanceId: string, executionId?: number): Promise<readonly EventRow[] | null> {
    return this.#run((store) => readHistory(store, instanceId, executionId));
  }

  readProgress(instanceId: string): Promise<InstanceProgress | null> {
    return this.#run(async () => (await this.#progress.add([instanceId]))[0] ?? null);
  }

  readState(instanceId: string): Promise<readonly { readonly key: string; readonly payload: string }[] | null> {
    return this.#run((store) => readState(store, instanceId));
  }

  listExecutions(instanceId: string): Promise<readonly ExecutionRecord[]> {
    return this.#run((store) => listExecutions(store, instanceId));
  }

  listChildren(instanceId: string, runId: string): Promise<readonly InstanceRecord[]> {
    return this.#run((store) => listChildren(store, instanceId, runId));
  }

  listInstances(request: ListInstances): Promise<InstancePage> {
    return this.#run((store) => listInstances(store, request));
  }

  countInstances(request: CountInstances): Promise<number> {
    return this.#run((store) => countInstances(store, request));
  }

  readLoad(): Promise<StoreLoad> {
    return this.#run((store) => readLoad(store));
  }

  listNodes(): Promise<{ readonly storeNow: number; readonly nodes: readonly NodeRecord[] }> {
    return this.#run((store) => listNodes(store));
  }

  readInstanceQueues(request: ReadInstanceQueues): Promise<InstanceQueues | null> {
    return this.#run((store) => readInstanceQueues(store, request));
  }

  readTraffic(request: ReadTraffic): Promise<Traffic> {
    return this.#run((store) => readTraffic(store, request));
  }

  deleteInstance(request: DeleteInstance): Promise<DeleteOutcome> {
    return this.#run((store) => deleteInstance(store, request));
  }

  pruneExecutions(request: { readonly instanceId: string; readonly keep: number }): Promise<number> {
    return this.#run((store) => pruneExecutions(store, request));
  }

  pruneInstances(request: PruneInstances): Promise<readonly string[]> {
    return this.#run((store) => pruneInstances(store, request));
  }

  subscribe(listener: (wake: Wake) => void): () => void {
    if (this.#closing !== null) throw closedError();
    this.#elsewhere.listen();
    return this.#store.hints.add(listener);
  }

  /** Waits for what was asked before. What is called afterwards rejects with `ClosedError`. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run<T>(operation: (store: Store) => Promise<T>): Promise<T> {
    if (this.#closing !== null) throw closedError();
    const running = operation(this.#store);
    this.#underWay.add(running);
    try {
      return await running;
    } catch (error) {
      if (isRefusal(error)) throw refusedError(error);
      throw toStorageError(error, "PostgreSQL did not answer as it should");
    } finally {
      this.#underWay.delete(running);
    }
  }

  async #readClock(): Promise<void> {
    const { db } = this.#store;
    await db.query(`SELECT ${db.schema}.store_now() AS store_now`);
  }

  async #close(): Promise<void> {
    this.#store.hints.clear();
    await Promise.allSettled(this.#underWay);
    this.#unheard.stop();
    await this.#store.entryRepair.stop();
    await this.#elsewhere.stop();
    if (this.#ownsPool) await this.#pool.end();
    else this.#letGo();
  }
}

function newPool(connectionString: string): PostgresPool {
  return new pg.Pool({
    connectionString,
    application_name: "perdure",
    connectionTimeoutMillis: 10_000,
    // So that what stands in between does not forget a connection that is idle.
    keepAlive: true,
  });
}

function refusedError(error: unknown): InvalidArgumentError {
  if (error instanceof InvalidArgumentError) return error;
  return new InvalidArgumentError(`PostgreSQL refused the values: ${(error as Error).message}`, { cause: error });
}

function closedError(): ClosedError {
  return new ClosedError("This PostgresProvider has been closed. Open another one.");
}
