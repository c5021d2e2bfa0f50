import type { WorkFence } from "./contract-commits.ts";
import type { EventRow, InstanceRef, ParentReference, QueuedMessage } from "./contract-rows.ts";

/** The lease of a node: how long it may go without renewing it, and what it can run. */
export interface NodeLease {
  /** Random, never used before: a node whose lease expired takes a new one. */
  readonly nodeId: string;
  readonly durationMs: number;
  /** Handlers (`name@version`, `name@*`) and activities (`activity:queue/name`) that this node can run. */
  readonly capabilities: readonly string[];
  /** A session of which no item is left, and that got none for so long, is no longer this node's. Default: 600,000. */
  readonly sessionIdleMs?: number;
}

/** What a node learns when it opens or renews its lease. */
export interface LeaseState {
  /** False: the lease had expired, or somebody else has ended it. Nothing of this node will be committed any more. */
  readonly held: boolean;
  readonly storeNow: number;
  /** When the first lease of another node ends, so that a takeover need not wait for a poll. */
  readonly nextExpiryAt: number | null;
}

/** A batch of claims on instances. */
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
   * nothing else is, or when it has waited for ten seconds since it was last released or its owner died; and alone,
   * without even what this node owns already, so that its next death counts against no other.
   */
  readonly suspectAfter: number;
  /** Claimed this often since its last commit, an instance is returned without history and messages, as `withheld`. */
  readonly quarantineAfter: number;
  /**
   * Take, instead of what `handlers` name, instances that need a handler which no live node has had for so long, judged
   * inside the claim itself as `findUnservable` counts it, those at rest included: they are to be ended. Nothing that
   * any node owns is among them, nothing that is held back, and nothing with an ending message or in quarantine.
   */
  readonly unservableForMs: number | null;
  /** At most this many messages of one instance; the rest come with the answer to its commit. */
  readonly messageLimit: number;
}

/** An instance that this node owns, with what waits for it. */
export interface FetchedInstance {
  readonly ref: InstanceRef;
  readonly instanceId: string;
  readonly runId: string;
  /** Raised by every claim; part of every commit's fence. */
  readonly epoch: number;
  /**
   * Claims since the last commit that took anything in or brought anything forth, this one included: a message or a work
   * item that was acked, or an event.
   */
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

/** What a fetch of instances found. */
export interface FetchedInstances {
  readonly storeNow: number;
  readonly instances: readonly FetchedInstance[];
  /** Messages wait for one of `busy`. They may have come too late for the answer to its commit. */
  readonly busyHasMail: boolean;
  /**
   * When the next instance becomes available that is being held back (see `TurnCommit.availableInMs`), if any is; now,
   * if it is a suspect that was held back for what this brings, or more than one answer can carry.
   */
  readonly nextAvailableAt: number | null;
}

/** A batch of claims on one work queue. */
export interface FetchWork {
  readonly nodeId: string;
  readonly queue: string;
  /** Names of the activities that this node can run. */
  readonly activities: readonly string[];
  readonly limit: number;
  /**
   * Items lost so often are suspected of ending the process that runs them. Handed out, such an item is on trial, until
   * `endTrial`: if its node dies meanwhile, that counts as a loss for it, and for no other item of that node.
   */
  readonly suspectAfter: number;
  /** At most this many suspects: they are held back, and what came after them is not. */
  readonly suspectLimit: number;
}

/** A work item that this node owns, to be executed once. */
export interface WorkItem {
  readonly id: string;
  /** Grows with every delivery, and fences it: see `WorkFence`. */
  readonly delivery: number;
  readonly queue: string;
  readonly name: string;
  readonly instanceId: string;
  /** Only from a store that wants it back: see `WorkFence`. */
  readonly instance?: InstanceRef | undefined;
  readonly body: string;
  readonly payload: string | null;
  /** Deliveries that ended in `retry`. */
  readonly failures: number;
  /**
   * Deliveries whose node's lease expired, unless another item was on trial there; counted when they are taken over.
   */
  readonly lost: number;
  /** When the item was put into the queue. */
  readonly scheduledAt: number;
  /** Stored text of the last heartbeat's details, of this or an earlier attempt. */
  readonly heartbeat: string | null;
  /** Stored text that `retry` left behind, such as the last failure. */
  readonly note: string | null;
}

/** What a node knows that it owns. */
export interface Kept {
  readonly instances: readonly InstanceRef[];
  /** A later delivery of the same item is not what the node knows of. */
  readonly work: readonly WorkFence[];
}

/** What a fetch of work items found. */
export interface FetchedWork {
  readonly storeNow: number;
  readonly items: readonly WorkItem[];
  /** When the next item becomes visible that waits for its retry, if one does; now, if one answer cannot carry all. */
  readonly nextVisibleAt: number | null;
  /** Suspects were visible that `suspectLimit` held back. */
  readonly suspectsWait: boolean;
}

/** Here `nextVisibleAt` is when the next item will not have been started by its time. */
export type ExpiredWork = Omit<FetchedWork, "suspectsWait">;

/** How many timers came due, and when the next one will. */
export interface FiredTimers {
  readonly storeNow: number;
  readonly fired: number;
  readonly nextDueAt: number | null;
}
