import type { InstanceStatus } from "./contract-rows.ts";

/** What waits in a store's queues, and how long already: for an operator, not for the runtime. */
export interface StoreLoad {
  readonly storeNow: number;
  readonly instances: {
    /** With messages that wait to be taken in, quarantined ones left out. */
    readonly ready: number;
    /** Since when the first of them has been waiting; null if there is none, or if the store does not keep it. */
    readonly oldestReadyAt: number | null;
    /** Hydrated on some node. */
    readonly owned: number;
    readonly quarantined: number;
  };
  readonly messages: number;
  /** One for each activity of each work queue that has items, by queue and name. */
  readonly work: readonly WorkLoad[];
  readonly timers: { readonly waiting: number; readonly nextDueAt: number | null };
  /** Of the log that the store writes ahead of its file, if it has one of its own that somebody has to look after. */
  readonly logBytes?: number;
}

/** How much of one activity waits and runs in one queue. */
export interface WorkLoad {
  readonly queue: string;
  /** The activity's name. */
  readonly name: string;
  /** To be taken at once. */
  readonly waiting: number;
  /** Held back, for their next attempt. */
  readonly delayed: number;
  /** Owned by a node. */
  readonly running: number;
  /** Of all these, those that have failed or were lost before. */
  readonly retried: number;
  /** Since when the first of those to be taken at once has been there. */
  readonly oldestVisibleAt: number | null;
}

/** A node that has a lease row, live or not. */
export interface NodeRecord {
  readonly nodeId: string;
  /** By the store's clock; in the past for a node that nobody has cleaned up after. */
  readonly leaseUntil: number;
  /** Sorted. */
  readonly capabilities: readonly string[];
  /** Instances that it owns. */
  readonly instances: number;
  /** Work items that it owns. */
  readonly work: number;
}

/** What of one instance stands in the queues. */
export interface InstanceQueues {
  readonly storeNow: number;
  /** What a node must have registered to take the instance. */
  readonly handler: string;
  /** The node that has it hydrated. */
  readonly owner: string | null;
  /** Claims since the last commit. */
  readonly claims: number;
  /** Nobody takes it before then. */
  readonly availableAt: number;
  readonly messages: number;
  /** Oldest first, at most `limit`. */
  readonly work: readonly QueuedWork[];
  /** Soonest first, at most `limit`. */
  readonly timers: readonly QueuedTimer[];
}

/** A work item of one instance, as it stands in its queue. */
export interface QueuedWork {
  readonly id: string;
  readonly queue: string;
  readonly name: string;
  readonly owner: string | null;
  readonly delivery: number;
  readonly failures: number;
  readonly lost: number;
  readonly visibleAt: number;
  readonly scheduledAt: number;
  readonly startBy: number | null;
  readonly heartbeat: string | null;
  readonly note: string | null;
}

/** A timer that has not come due. */
export interface QueuedTimer {
  readonly executionId: number;
  readonly eventId: number;
  readonly dueAt: number;
}

/** What was started and what ended lately, newest first. */
export interface Traffic {
  readonly storeNow: number;
  readonly startedAt: readonly number[];
  /** Instances without a parent. */
  readonly ended: readonly EndedInstance[];
  /** There were more than `limit` of one or the other. */
  readonly isTruncated: boolean;
}

/** An instance that ended lately. */
export interface EndedInstance {
  readonly name: string;
  readonly status: InstanceStatus;
  readonly createdAt: number;
  readonly endedAt: number;
}
