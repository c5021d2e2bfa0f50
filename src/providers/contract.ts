import type { CommitBatch, CommitResult, WorkFence } from "./contract-commits.ts";
import type { Wake } from "./contract-hints.ts";
import type { InstanceQueues, NodeRecord, StoreLoad, Traffic } from "./contract-inspection.ts";
import type {
  ExpiredWork,
  FetchInstances,
  FetchWork,
  FetchedInstances,
  FetchedWork,
  FiredTimers,
  Kept,
  LeaseState,
  NodeLease,
} from "./contract-nodes.ts";
import type {
  CountInstances,
  DeleteInstance,
  DeleteOutcome,
  ExecutionRecord,
  InstancePage,
  InstanceProgress,
  InstanceRecord,
  ListInstances,
  PruneInstances,
} from "./contract-queries.ts";
import type { EnqueuedMessage, EventRow, InstanceRef, NewInstance } from "./contract-rows.ts";
import type { StoreTransfer } from "./contract-transfer.ts";
import type { Transactions } from "./contract-transactions.ts";

export type * from "./contract-commits.ts";
export type * from "./contract-hints.ts";
export type * from "./contract-inspection.ts";
export type * from "./contract-nodes.ts";
export type * from "./contract-queries.ts";
export type * from "./contract-rows.ts";
export type * from "./contract-transfer.ts";
export type * from "./contract-transactions.ts";

/** What became of a message that was to be queued. */
export type EnqueueAnswer = "queued" | "unknown" | "ended" | "full";

/**
 * A store: histories and queues behind one contract. What each method promises is checked by `perdure/conformance`.
 *
 * It is batch-first: whatever costs a round trip or a commit takes many items. A provider never parses a `body` or a
 * `payload`, and every id comes from the runtime or the client; a provider adds only its own opaque `ref`s and `token`s
 * and the readings of its clock. Texts are well-formed Unicode; those of the runtime are JSON, so that no NUL is among
 * them. All instants are milliseconds since 1970 on the store's clock.
 *
 * Methods reject with `StorageError` when the store does not answer; whether a write then took effect may be unknown, and
 * every write may be sent again, identically. After `close` they reject with `ClosedError`; for what cannot be meant, such
 * as a cursor that no page came with, with `InvalidArgumentError`; and on a sealed store with `StoreMovedError`.
 */
export interface Provider extends AsyncDisposable {
  /** For logs and errors, such as `sqlite`. */
  readonly kind: string;
  /** What moves instances to and from other stores. */
  readonly transfer: StoreTransfer;
  /** Left out by a store that has no transactions to share: what needs them is then refused, with a clear error. */
  readonly transactions?: Transactions;

  /**
   * The store's clock as far as this process knows it without asking: the clock itself in an embedded store; otherwise
   * its last reading, advanced by a monotonic clock. Never decreases.
   */
  now(): number;

  /**
   * Makes a lease row for a node that has none, or whose lease has expired; one that it holds runs anew from now. Also
   * ends the expired leases of others, as `renewLease` does.
   */
  openLease(lease: NodeLease): Promise<LeaseState>;
  /** Extends an unexpired lease. Also ends the expired leases of others: what they owned becomes available. */
  renewLease(lease: NodeLease): Promise<LeaseState>;
  /** Ends the lease and makes available all that the node owns, as handed back: counted as neither claim nor loss. */
  closeLease(nodeId: string): Promise<void>;

  /** Claims instances that have messages and that this node can run, and gives them with what waits for them. */
  fetchInstances(request: FetchInstances): Promise<FetchedInstances>;
  /** Gives up what this node owns at that epoch; the claim does not count. What is not its own is passed over. */
  releaseInstances(nodeId: string, claims: readonly { ref: InstanceRef; epoch: number }[]): Promise<void>;
  /**
   * Gives up all instances and work items that this node owns except these. For the node that got no answer to a claim:
   * what it may have been given then is owned by a live node and known to nobody.
   */
  releaseAllExcept(nodeId: string, kept: Kept): Promise<void>;
  /** Claims work items that are visible, oldest first, as many as the node has slots for. */
  fetchWork(request: FetchWork): Promise<FetchedWork>;
  /** The item has run for long enough: see `FetchWork.suspectAfter`. Does nothing if this delivery no longer holds. */
  endTrial(nodeId: string, fence: WorkFence): Promise<void>;
  /** Stores the details and says whether the item is still this delivery's; null leaves the stored details alone. */
  heartbeatWork(nodeId: string, fence: WorkFence, details: string | null): Promise<boolean>;
  /** Which of these deliveries no longer hold, because the items were cancelled or taken over. */
  findLostWork(nodeId: string, fences: readonly WorkFence[]): Promise<readonly WorkFence[]>;
  /**
   * Turns timers that are due into messages, up to `limit`, oldest first; of hundreds, those of each partition oldest
   * first. Never early.
   */
  fireTimers(request: { readonly partitions: readonly number[]; readonly limit: number }): Promise<FiredTimers>;
  /** Commits a batch: every turn and every result all or nothing by itself, and each fenced by itself. */
  commit(batch: CommitBatch): Promise<CommitResult>;

  /**
   * Capabilities that no live node has had for `graceMs`, counted only while some node was live, and that something
   * available in a queue needs; or that a node left with, and an instance at rest needs, for which nothing is queued.
   * What is owned, held back or quarantined needs nothing, and what an ending message waits for can be taken by any node.
   * Called every few seconds by every node, so this is what counts: each call adds to a capability that it finds missing
   * the time since the call before, at most ten seconds of it, because nobody was there to ask in a longer gap. A call
   * while no node is live gives none; one that finds a capability served, or needed by nobody, begins its count anew.
   */
  findUnservable(request: { readonly graceMs: number }): Promise<readonly string[]>;
  /**
   * Takes unowned work items that were not delivered once by their `startBy`; or that have none left to wait for, and
   * need an activity which no live node has had for `graceMs`, judged inside the claim itself. They are to be failed,
   * not executed.
   */
  expireWork(request: {
    readonly nodeId: string;
    readonly graceMs: number;
    readonly limit: number;
  }): Promise<ExpiredWork>;

  /**
   * Creates instances in one commit, in order; one whose id is in use is left out, and its run is given. `created` is
   * also true of a run that was there already: its start is being sent again, after an answer that was lost.
   */
  createInstances(starts: readonly NewInstance[]): Promise<readonly { created: boolean; runId: string }[]>;
  /**
   * One answer for each message, in order; a message to an instance that is unknown or has ended is not stored, and
   * neither is one beyond its `inbound` limit, however many send at once.
   */
  enqueue(messages: readonly EnqueuedMessage[]): Promise<readonly EnqueueAnswer[]>;
  /** Lifts the quarantine and forgets the claims; false if the instance is not quarantined. */
  releaseQuarantine(instanceId: string): Promise<boolean>;
  /** The row of an instance; null if there is none. */
  readInstance(instanceId: string): Promise<InstanceRecord | null>;
  /** Null when there is no such instance or execution. Default: the current execution. */
  readHistory(instanceId: string, executionId?: number): Promise<readonly EventRow[] | null>;
  /** Oldest first; an execution without events yet is left out. */
  listExecutions(instanceId: string): Promise<readonly ExecutionRecord[]>;
  /** Children of any execution of this run, by their parent links, oldest first; those that have ended as well. */
  listChildren(instanceId: string, runId: string): Promise<readonly InstanceRecord[]>;
  /** How many instances there are for which all that is given holds. */
  countInstances(request: CountInstances): Promise<number>;
  /** Whether an instance has ended, and how; null if there is none. */
  readProgress(instanceId: string): Promise<InstanceProgress | null>;
  /** Key-value state, by key; null when there is no such instance. */
  readState(instanceId: string): Promise<readonly { readonly key: string; readonly payload: string }[] | null>;
  /** A page of the instances for which all that is given holds, newest first. */
  listInstances(request: ListInstances): Promise<InstancePage>;
  /** What waits in the queues. Reads every queue: for a person who looks, now and then. */
  readLoad(): Promise<StoreLoad>;
  /** Every node that has a lease row, by id. */
  listNodes(): Promise<{ readonly storeNow: number; readonly nodes: readonly NodeRecord[] }>;
  /** Null when there is no such instance. */
  readInstanceQueues(request: { readonly instanceId: string; readonly limit: number }): Promise<InstanceQueues | null>;
  /** At most `limit` starts, and as many ends, since an instant. */
  readTraffic(request: { readonly since: number; readonly limit: number }): Promise<Traffic>;
  /** With all descendants that are children, in one commit. A late commit cannot bring an instance back. */
  deleteInstance(request: DeleteInstance): Promise<DeleteOutcome>;

  /** Removes the histories of all executions of a run but the newest `keep`; gives how many it removed. */
  pruneExecutions(request: { readonly instanceId: string; readonly keep: number }): Promise<number>;
  /** Gives the ids that were removed. Not all are done while `limit` families were. */
  pruneInstances(request: PruneInstances): Promise<readonly string[]>;

  /**
   * Calls the listener after commits of this process, and when another process may have committed. Gives what ends that;
   * throws `ClosedError` after `close`.
   */
  subscribe(listener: (wake: Wake) => void): () => void;
  /** Waits for what is under way, and lets go of the store. May be called again. */
  close(): Promise<void>;
}
