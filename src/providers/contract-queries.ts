import type { EventRow, InstanceStatus, NewMessage, ParentReference } from "./contract-rows.ts";

/** The row of an instance: what can be said of it without its history. All instants by the store's clock. */
export interface InstanceRecord {
  readonly instanceId: string;
  readonly runId: string;
  readonly name: string;
  /** Null until a node has chosen one. */
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

/** How far an instance is: what those want to know who wait for its end. */
export interface InstanceProgress {
  readonly runId: string;
  readonly status: InstanceStatus;
  readonly executionId: number;
  /** The last event of its last execution, once it has ended; null before that. */
  readonly end: EventRow | null;
}

/** One execution of an instance, by its first and its last event. */
export interface ExecutionRecord {
  readonly executionId: number;
  readonly first: EventRow;
  readonly last: EventRow;
}

/** Instances for which all that is given holds. */
export interface CountInstances {
  readonly statuses: readonly InstanceStatus[] | null;
  readonly name: string | null;
  readonly quarantined: boolean | null;
  readonly version?: string;
  /** Part of the instance's id, letter for letter. */
  readonly idContains?: string;
  readonly createdFrom?: number;
  /** Created before this instant. */
  readonly createdBefore?: number;
}

/** Which page of which instances to list. */
export interface ListInstances extends CountInstances {
  /** A positive integer; rejected with `InvalidArgumentError` if it is none, as is a cursor that no page came with. */
  readonly limit: number;
  /** From the previous page. */
  readonly cursor: string | null;
}

/** A page of instances, as they are stored. */
export interface InstancePage {
  /** Newest first. */
  readonly instances: readonly InstanceRecord[];
  readonly cursor: string | null;
}

/**
 * Ended instances without a parent, each with its family, of which all have ended before `endedBefore`: in the order of
 * `statuses`, and of one status those first whose parent ended first.
 */
export interface PruneInstances {
  readonly statuses: readonly InstanceStatus[];
  readonly endedBefore: number;
  /** At most this many families in one commit. */
  readonly limit: number;
}

/** What a deletion came to; unless it is `deleted`, nothing was removed. */
export type DeleteOutcome =
  | { readonly status: "deleted"; readonly instanceIds: readonly string[] }
  | { readonly status: "unknown" }
  /** Not forced, and this member of the family has not ended. */
  | { readonly status: "running"; readonly instanceId: string };

/** Which instance to remove, with its children. */
export interface DeleteInstance {
  readonly instanceId: string;
  /** Another run under the same id is `unknown`. */
  readonly runId: string;
  readonly force: boolean;
  /** Sent, in the same commit, if the instance had not ended. */
  readonly notify: NewMessage | null;
}
