/** Names an instance's rows inside the store. Never reused, even if an instance is deleted and started again. */
export type InstanceRef = number | string;

/** Names one queued message inside the store; never reused, and growing in the order of arrival within one instance. */
export type MessageToken = number | string;

/** Where an instance stands; all but the first two are ends. */
export type InstanceStatus = "pending" | "running" | "completed" | "failed" | "cancelled" | "terminated";

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

/** What may be refused to whoever sends it, because too much waits for its receiver already. */
export interface EnqueuedMessage extends NewMessage {
  /** Left out: it is always queued. */
  readonly inbound?: InboundLimit;
}

/** How much may wait for a receiver. */
export interface InboundLimit {
  /** At most so many messages with an `inbound` may be queued for the receiver, this one included. */
  readonly most: number;
  /** It takes room until it is received: instead of `most` it is the receiver's `mailboxRoom`, once there is one. */
  readonly takesRoom: boolean;
}

/** A message that waits for its instance. */
export interface QueuedMessage {
  readonly token: MessageToken;
  readonly lane: MessageLane;
  readonly body: string;
  readonly payload: string | null;
}

/** Content that only the runtime reads: what it is, and the value of a user's in it, if there is one. */
export interface StoredText {
  readonly body: string;
  readonly payload: string | null;
}

/** An event as it is stored: its place, its time, and two texts that only the runtime reads. */
export interface EventRow {
  readonly eventId: number;
  readonly at: number;
  readonly body: string;
  readonly payload: string | null;
}

/** Where a child reports its end: an execution of its parent, and the event there that scheduled it. */
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

/** A work item that a turn queues: one call of an activity. */
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
  /**
   * All items of a session, in whichever queue, go to one node: the one that takes the first of them, while its lease
   * lives and it has been given one within `NodeLease.sessionIdleMs`. Items that this node cannot run go elsewhere.
   */
  readonly session?: string;
}

/** A timer that a turn creates. */
export interface NewTimer {
  /** The decision that created it: unique in its execution, and how it is cancelled. */
  readonly eventId: number;
  readonly partition: number;
  readonly dueAt: number;
  /** The message that the instance gets when the timer comes due. */
  readonly body: string;
}
