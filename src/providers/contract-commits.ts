import type { FetchWork, WorkItem } from "./contract-nodes.ts";
import type {
  EventRow,
  InstanceRef,
  InstanceStatus,
  MessageToken,
  NewInstance,
  NewMessage,
  NewTimer,
  NewWorkItem,
  QueuedMessage,
} from "./contract-rows.ts";

/** One delivery of a work item. It holds only while this node owns the item at exactly this delivery. */
export interface WorkFence {
  readonly id: string;
  readonly delivery: number;
  /** As the item came with it, if it did: by it a store may find the item sooner. */
  readonly instance?: InstanceRef | undefined;
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
  /** Of the instance. With it, those who wait for the end here can be told what it is: see `Wake.ends`. */
  readonly runId?: string | undefined;
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
  /** Changes to the instance's key-value state, in order; a null payload removes the key. */
  readonly state: readonly StateChange[];
  /** The execution has ended: remove all its work items and timers that are still there. */
  readonly closes: boolean;
  /** The execution that follows one that continued as new; its history is empty until its own first commit. */
  readonly nextExecutionId: number | null;
  /** The index row's new values; null fields are left as they are. */
  readonly projection: Projection | null;
  /**
   * How many messages with an `inbound` that takes room may be queued for the instance from now on. Default: as before.
   */
  readonly mailboxRoom?: number | undefined;
  /** Gives up ownership with this commit. */
  readonly release: boolean;
  /** With `release`: nobody takes the instance before this much time has passed. */
  readonly availableInMs: number;
  /** With `release`: the claim is taken back, as by `releaseInstances`, because nothing of the instance was run. */
  readonly claimDoesNotCount?: boolean;
  /** With `release`: nobody takes the instance until it is released from quarantine; the text says why. */
  readonly quarantine: string | null;
}

/** One change of an instance's key-value state; a null payload removes the key. */
export interface StateChange {
  readonly key: string;
  readonly payload: string | null;
}

/** The new values of the row by which an instance is listed; null leaves a column as it is. */
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

/** Free slots of one queue, for what a commit inserts. */
export type WorkClaim = Pick<FetchWork, "queue" | "activities" | "limit">;

/** What a node commits at once: turns, ends of deliveries, and the slots that it has free for what follows. */
export interface CommitBatch {
  readonly nodeId: string;
  readonly turns: readonly TurnCommit[];
  readonly results: readonly WorkResult[];
  /**
   * Free slots: of the work items that this batch inserts, so many may be taken by this node at once, as if by a fetch
   * right after the commit, which would first take what has waited longer.
   */
  readonly claimWork: readonly WorkClaim[];
  /** At most this many waiting messages of one instance in the answer; default 1,000. */
  readonly messageLimit?: number;
}

/** What became of one turn of a batch. */
export type TurnOutcome =
  /**
   * `refused`: the store did not take the turn's rows, such as an event id twice; a defect of whoever made the turn.
   */
  | { readonly status: "fenced"; readonly refused?: string }
  | {
      readonly status: "committed";
      /**
       * What else waits for this instance, unless it was released. At most `CommitBatch.messageLimit`; and of what one
       * answer cannot carry a hint says that it is to be fetched.
       */
      readonly messages: readonly QueuedMessage[];
      /**
       * Messages to instances that do not exist or have ended; starts that lost to another run with their id, whether or
       * not they have an `onConflict`; and messages that waited for an instance when this turn ended it (`purged`). For
       * logs: the answer to a turn that is sent again may leave it empty.
       */
      readonly undelivered: readonly Undelivered[];
    };

/** A message or a start of a turn that came to nothing, and why. */
export interface Undelivered {
  readonly instanceId: string;
  readonly why: "unknown" | "ended" | "exists" | "purged";
  readonly body: string;
}

/** What became of a batch: each turn and each result is committed or fenced by itself. */
export interface CommitResult {
  readonly storeNow: number;
  /** One for each turn, in order. */
  readonly turns: readonly TurnOutcome[];
  /**
   * One for each result, in order: `fenced` means the item is gone, this delivery of it no longer holds, or its message
   * cannot be stored.
   */
  readonly results: readonly ("committed" | "fenced")[];
  /** Items inserted by this batch that this node now owns. */
  readonly work: readonly WorkItem[];
}
