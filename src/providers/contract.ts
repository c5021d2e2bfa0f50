/*
 * The contract between the runtime and a store. It is batch-first: whatever costs a round trip or a commit takes many
 * items. A provider never parses a `body` or a `payload`, and every id in here comes from the runtime or the client;
 * a provider adds only its own opaque `ref`s and `token`s and the readings of its clock.
 *
 * All instants are milliseconds since 1970 on the store's clock. Methods reject with `StorageError` when the store does
 * not answer; whether a write then took effect may be unknown, and every write may be sent again, identically.
 */

/** Names an instance's rows inside the store. Never reused, even if an instance is deleted and started again. */
export type InstanceRef = number | string;

/** Names one queued message inside the store; never reused, and growing in the order of arrival within one instance. */
export type MessageToken = number | string;

export type InstanceStatus = "pending" | "running" | "completed" | "failed" | "cancelled" | "terminated";

// --- rows -------------------------------------------------------------------------------------------------------

/**
 * `start` messages are handed out before all others of their instance, however many wait. `ending` ones before those:
 * and while one waits, any node may take the instance, whatever its handler or quarantine, because whoever takes it
 * ends it without running its code.
 */
export type MessageLane = "ending" | "start" | "normal";

/** Something addressed to an instance: routing, and content that only the runtime reads. */
export interface NewMessage {
  readonly instanceId: string;
  readonly lane: MessageLane;
  readonly body: string;
  readonly payload: string | null;
}

export interface QueuedMessage {
  readonly token: MessageToken;
  readonly lane: MessageLane;
  readonly body: string;
  readonly payload: string | null;
}

export interface StoredText {
  readonly body: string;
  readonly payload: string | null;
}

export interface EventRow {
  readonly eventId: number;
  readonly at: number;
  readonly body: string;
  readonly payload: string | null;
}

export interface ParentReference {
  readonly instanceId: string;
  readonly runId: string;
  readonly executionId: number;
  readonly eventId: number;
}

/** A start: the routing row of a new instance, and its first message, inserted together or not at all. */
export interface NewInstance {
  readonly instanceId: string;
  readonly runId: string;
  readonly name: string;
  /** The exact version asked for, if one was. */
  readonly version: string | null;
  /** What a node must have registered to take the instance: see `NodeLease.capabilities`. */
  readonly handler: string;
  readonly parent: ParentReference | null;
  readonly message: StoredText;
  /** Sent instead, in the same commit, if an instance with this id exists. */
  readonly onConflict: NewMessage | null;
}

export interface NewWorkItem {
  /** Unique in the store, and the same on every delivery. */
  readonly id: string;
  readonly queue: string;
  /** The activity's name. */
  readonly name: string;
  readonly body: string;
  readonly payload: string | null;
  /** Not delivered once by then: `expireWork` returns it. */
  readonly startBy: number | null;
}

export interface NewTimer {
  /** The decision that created it: unique in its execution, and how it is cancelled. */
  readonly eventId: number;
  readonly partition: number;
  readonly dueAt: number;
  /** The message that the instance gets when the timer comes due. */
  readonly body: string;
}

// --- nodes ------------------------------------------------------------------------------------------------------

export interface NodeLease {
  /** Random, never used before: a node whose lease expired takes a new one. */
  readonly nodeId: string;
  readonly durationMs: number;
  /** Handlers (`name@version`, `name@*`) and activities (`activity:queue/name`) that this node can run. */
  readonly capabilities: readonly string[];
}

export interface LeaseState {
  /** False: the lease had expired, or somebody else has ended it. Nothing of this node will be committed any more. */
  readonly held: boolean;
  readonly storeNow: number;
  /** When the first lease of another node ends, so that a takeover need not wait for a poll. */
  readonly nextExpiryAt: number | null;
}

// --- taking work off the queues ---------------------------------------------------------------------------------

export interface FetchInstances {
  readonly nodeId: string;
  /** At most this many instances that this node does not own yet. */
  readonly limit: number;
  /** What this node can run. An instance that needs anything else is never taken. */
  readonly handlers: readonly string[];
  /** Owned instances in the middle of a turn: their messages come with the answer to its commit. */
  readonly busy: readonly InstanceRef[];
  /**
   * An instance claimed this often since its last commit is suspected of killing its node: it is returned only when
   * nothing else is, or when it has waited for ten seconds, and alone, so that its next death counts against no other.
   */
  readonly suspectAfter: number;
  /** Claimed this often since its last commit, an instance is returned without history and messages, as `withheld`. */
  readonly quarantineAfter: number;
  /**
   * Take, instead of what `handlers` name, instances that need a handler which no live node has had for so long, judged
   * inside the claim itself: they are to be ended.
   */
  readonly unservableForMs: number | null;
  /** At most this many messages of one instance; the rest come with the answer to its commit. */
  readonly messageLimit: number;
}

export interface FetchedInstance {
  readonly ref: InstanceRef;
  readonly instanceId: string;
  readonly runId: string;
  /** Raised by every claim; part of every commit's fence. */
  readonly epoch: number;
  /** Claims since the last commit that appended an event, this one included. */
  readonly claims: number;
  readonly withheld: boolean;
  readonly executionId: number;
  readonly lastEventId: number;
  readonly handler: string;
  readonly parent: ParentReference | null;
  readonly messages: readonly QueuedMessage[];
  /** The whole history of the current execution if the claim is new; null if this node owned the instance already. */
  readonly history: readonly EventRow[] | null;
}

export interface FetchedInstances {
  readonly storeNow: number;
  readonly instances: readonly FetchedInstance[];
  /** When the next instance becomes available that is being held back (see `TurnCommit.availableInMs`), if any is. */
  readonly nextAvailableAt: number | null;
}

/** A batch of claims on one work queue. */
export interface FetchWork {
  readonly nodeId: string;
  readonly queue: string;
  /** Names of the activities that this node can run. */
  readonly activities: readonly string[];
  readonly limit: number;
}

export interface WorkItem {
  readonly id: string;
  /** Grows with every delivery, and fences it: see `WorkFence`. */
  readonly delivery: number;
  readonly queue: string;
  readonly name: string;
  readonly instanceId: string;
  readonly body: string;
  readonly payload: string | null;
  /** Deliveries that ended in `retry`. */
  readonly failures: number;
  /** Deliveries whose node's lease expired; counted when they are taken over. */
  readonly lost: number;
  /** When the item was put into the queue. */
  readonly scheduledAt: number;
  /** Stored text of the last heartbeat's details, of this or an earlier attempt. */
  readonly heartbeat: string | null;
  /** Stored text that `retry` left behind, such as the last failure. */
  readonly note: string | null;
}

export interface FetchedWork {
  readonly storeNow: number;
  readonly items: readonly WorkItem[];
  /** When the next item becomes visible that waits for its retry, if one does. */
  readonly nextVisibleAt: number | null;
}

export interface FiredTimers {
  readonly storeNow: number;
  readonly fired: number;
  readonly nextDueAt: number | null;
}

// --- commits ----------------------------------------------------------------------------------------------------

/** One delivery of a work item. It holds only while this node owns the item at exactly this delivery. */
export interface WorkFence {
  readonly id: string;
  readonly delivery: number;
}

/**
 * One turn of one instance: all of it or nothing. Fenced by owner, epoch, execution and last event, and by the node's
 * unexpired lease, read after any wait for a lock. When the instance's last commit was this very turn (`turnId`),
 * because it is being resent after an answer that was lost, it is answered as committed and changes nothing.
 *
 * The runtime nets out: nothing is both inserted and removed in one turn, and a turn that closes inserts no work and no
 * timers. So a provider may apply the parts in any order.
 */
export interface TurnCommit {
  readonly ref: InstanceRef;
  readonly instanceId: string;
  /** Random. */
  readonly turnId: string;
  readonly epoch: number;
  readonly executionId: number;
  readonly lastEventId: number;

  readonly ackedMessages: readonly MessageToken[];
  /** Work items that ended in this same turn (fused); the turn is fenced by this node's ownership of each. */
  readonly ackedWork: readonly WorkFence[];
  /** Appended to the history of `executionId`. */
  readonly events: readonly EventRow[];
  readonly work: readonly NewWorkItem[];
  readonly timers: readonly NewTimer[];
  readonly starts: readonly NewInstance[];
  /** Messages, to other instances or to this one. */
  readonly messages: readonly NewMessage[];
  readonly cancelledWork: readonly string[];
  readonly cancelledTimers: readonly number[];
  /** The execution has ended: remove all its work items and timers that are still there. */
  readonly closes: boolean;
  /** The execution that follows one that continued as new; its history is empty until its own first commit. */
  readonly nextExecutionId: number | null;
  /** The index row's new values; null fields are left as they are. */
  readonly projection: Projection | null;
  /** Gives up ownership with this commit. */
  readonly release: boolean;
  /** With `release`: nobody takes the instance before this much time has passed. */
  readonly availableInMs: number;
  /** With `release`: nobody takes the instance until it is released from quarantine; the text says why. */
  readonly quarantine: string | null;
}

export interface Projection {
  readonly status: InstanceStatus | null;
  readonly version: string | null;
  readonly handler: string | null;
  /** Stored text. */
  readonly customStatus: string | null;
}

/** How the delivery of a work item ended, when that is not part of a turn. */
export type WorkResult =
  /** Ended for good: the item is removed and its completion queued. */
  | (WorkFence & { readonly kind: "complete"; readonly message: NewMessage })
  /** Failed, to be delivered again: counted in `failures`. */
  | (WorkFence & { readonly kind: "retry"; readonly delayMs: number; readonly note: string | null })
  /** Handed back: counted nowhere. */
  | (WorkFence & { readonly kind: "abandon" });

export interface CommitBatch {
  readonly nodeId: string;
  readonly turns: readonly TurnCommit[];
  readonly results: readonly WorkResult[];
  /**
   * Free slots: of the work items that this batch inserts, so many may be taken by this node at once, as if by a fetch
   * right after the commit.
   */
  readonly claimWork: readonly Omit<FetchWork, "nodeId">[];
  /** At most this many waiting messages of one instance in the answer; default 1,000. */
  readonly messageLimit?: number;
}

export type TurnOutcome =
  /** `refused`: the store did not take the turn's rows, such as an event id twice; a defect of whoever made the turn. */
  | { readonly status: "fenced"; readonly refused?: string }
  | {
      readonly status: "committed";
      /** What else waits for this instance, unless it was released. At most `CommitBatch.messageLimit`. */
      readonly messages: readonly QueuedMessage[];
      /** Messages to instances that do not exist or have ended, and starts that lost to an existing instance. */
      readonly undelivered: readonly Undelivered[];
    };

export interface Undelivered {
  readonly instanceId: string;
  readonly why: "unknown" | "ended" | "exists" | "purged";
  readonly body: string;
}

export interface CommitResult {
  readonly storeNow: number;
  /** One for each turn, in order. */
  readonly turns: readonly TurnOutcome[];
  /** One for each result, in order: `fenced` means the item is gone, or this delivery of it no longer holds. */
  readonly results: readonly ("committed" | "fenced")[];
  /** Items inserted by this batch that this node now owns. */
  readonly work: readonly WorkItem[];
}

// --- what clients ask -------------------------------------------------------------------------------------------

export interface InstanceRecord {
  readonly instanceId: string;
  readonly runId: string;
  readonly name: string;
  readonly version: string | null;
  readonly status: InstanceStatus;
  readonly executionId: number;
  readonly parent: ParentReference | null;
  readonly createdAt: number;
  /** When the status, the execution or the custom status last changed. */
  readonly updatedAt: number;
  readonly customStatus: string | null;
  /** Why the instance is quarantined, if it is. */
  readonly quarantine: string | null;
}

export interface ExecutionRecord {
  readonly executionId: number;
  readonly first: EventRow;
  readonly last: EventRow;
}

export interface ListInstances {
  readonly statuses: readonly InstanceStatus[] | null;
  readonly name: string | null;
  readonly quarantined: boolean | null;
  readonly limit: number;
  /** From the previous page. */
  readonly cursor: string | null;
}

export interface InstancePage {
  /** Newest first. */
  readonly instances: readonly InstanceRecord[];
  readonly cursor: string | null;
}

export type DeleteOutcome =
  | { readonly status: "deleted"; readonly instanceIds: readonly string[] }
  | { readonly status: "unknown" }
  /** Not forced, and this member of the family has not ended. */
  | { readonly status: "running"; readonly instanceId: string };

export interface DeleteInstance {
  readonly instanceId: string;
  /** Another run under the same id is `unknown`. */
  readonly runId: string;
  readonly force: boolean;
  /** Sent, in the same commit, if the instance had not ended. */
  readonly notify: NewMessage | null;
}

// --- hints ------------------------------------------------------------------------------------------------------

/** Says that something may have changed. Losing every hint costs latency only. */
export interface Wake {
  /** Messages were queued, or instances were released. */
  readonly instances: boolean;
  /** Work items were queued. */
  readonly work: boolean;
  /** The earliest timer that was created, if one was. */
  readonly timerDueAt: number | null;
  /** Instances whose status may have changed; `null` when the change was another process's and could be any. */
  readonly changed: readonly string[] | null;
}

// --- the provider -----------------------------------------------------------------------------------------------

export interface Provider extends AsyncDisposable {
  /** For logs and errors, such as `sqlite`. */
  readonly kind: string;

  /**
   * The store's clock as far as this process knows it without asking: the clock itself in an embedded store; otherwise
   * its last reading, advanced by a monotonic clock. Never decreases.
   */
  now(): number;

  openLease(lease: NodeLease): Promise<LeaseState>;
  /** Extends an unexpired lease. Also ends the expired leases of others: what they owned becomes available. */
  renewLease(lease: NodeLease): Promise<LeaseState>;
  /** Ends the lease and makes available all that the node owns, as handed back: counted as neither claim nor loss. */
  closeLease(nodeId: string): Promise<void>;

  fetchInstances(request: FetchInstances): Promise<FetchedInstances>;
  /** Gives up what this node owns at that epoch; the claim does not count. What is not its own is passed over. */
  releaseInstances(nodeId: string, claims: readonly { ref: InstanceRef; epoch: number }[]): Promise<void>;
  /**
   * Gives up all instances and work items that this node owns except these. For the node that got no answer to a claim:
   * what it may have been given then is owned by a live node and known to nobody.
   */
  releaseAllExcept(
    nodeId: string,
    kept: { readonly instances: readonly InstanceRef[]; readonly work: readonly string[] },
  ): Promise<void>;
  fetchWork(request: FetchWork): Promise<FetchedWork>;
  /** Stores the details and says whether the item is still this delivery's; null leaves the stored details alone. */
  heartbeatWork(nodeId: string, fence: WorkFence, details: string | null): Promise<boolean>;
  /** Which of these items are no longer this node's, because they were cancelled or taken over. */
  findLostWork(nodeId: string, fences: readonly WorkFence[]): Promise<readonly string[]>;
  /** Turns the timers that are due into messages, oldest first. Never early. */
  fireTimers(request: { readonly partitions: readonly number[]; readonly limit: number }): Promise<FiredTimers>;
  commit(batch: CommitBatch): Promise<CommitResult>;

  /**
   * Capabilities that something available in a queue needs, and no live node has had for `graceMs`, counted only
   * while some node was live. Called every few seconds by every node.
   */
  findUnservable(request: { readonly graceMs: number }): Promise<readonly string[]>;
  /**
   * Takes unowned work items that were not delivered once by their `startBy`; or that have none and need an activity
   * which no live node has had for `graceMs`, judged inside the claim itself. They are to be failed, not executed.
   */
  expireWork(request: {
    readonly nodeId: string;
    readonly graceMs: number;
    readonly limit: number;
  }): Promise<FetchedWork>;

  createInstances(starts: readonly NewInstance[]): Promise<readonly { created: boolean; runId: string }[]>;
  /** One answer for each message, in order; a message to an instance that is unknown or has ended is not stored. */
  enqueue(messages: readonly NewMessage[]): Promise<readonly ("queued" | "unknown" | "ended")[]>;
  /** Lifts the quarantine and forgets the claims; false if the instance is not quarantined. */
  releaseQuarantine(instanceId: string): Promise<boolean>;
  readInstance(instanceId: string): Promise<InstanceRecord | null>;
  /** Null when there is no such instance or execution. Default: the current execution. */
  readHistory(instanceId: string, executionId?: number): Promise<readonly EventRow[] | null>;
  /** Oldest first; an execution without events yet is left out. */
  listExecutions(instanceId: string): Promise<readonly ExecutionRecord[]>;
  /** Children that have not ended, of any execution of this run, by their parent links. */
  listChildren(instanceId: string, runId: string): Promise<readonly InstanceRecord[]>;
  listInstances(request: ListInstances): Promise<InstancePage>;
  /** With all descendants that are children, in one commit. A late commit cannot bring an instance back. */
  deleteInstance(request: DeleteInstance): Promise<DeleteOutcome>;

  /** Calls the listener after commits of this process, and when another process may have committed. */
  subscribe(listener: (wake: Wake) => void): () => void;
  close(): Promise<void>;
}
