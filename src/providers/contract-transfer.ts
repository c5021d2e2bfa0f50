import type { InstanceRecord } from "./contract-queries.ts";
import type { EventRow, MessageLane, NewTimer, NewWorkItem, StoredText } from "./contract-rows.ts";

/** Everything that a store keeps of one instance: what another store needs to go on with it as if nothing had been. */
export interface InstanceDump {
  readonly record: InstanceRecord;
  /** What a node must have registered to take the instance. */
  readonly handler: string;
  /** As `FetchedInstance.claims`. */
  readonly claims: number;
  /** Nobody takes the instance before. */
  readonly availableAt: number;
  /** As of the last turn that gave it, if one did: see `TurnCommit.mailboxRoom`. */
  readonly mailboxRoom?: number;
  /** Oldest first. The current execution may have no events yet, and is left out then. */
  readonly executions: readonly DumpedExecution[];
  /** In the order in which they will be handed out. */
  readonly messages: readonly DumpedMessage[];
  /** In the order in which they were queued. */
  readonly work: readonly DumpedWork[];
  readonly timers: readonly DumpedTimer[];
  readonly state: readonly { readonly key: string; readonly payload: string }[];
}

/** One execution of a dumped instance, with its events. */
export interface DumpedExecution {
  readonly executionId: number;
  readonly events: readonly EventRow[];
}

/** A queued message of a dumped instance. */
export interface DumpedMessage extends StoredText {
  readonly lane: MessageLane;
  /** It was queued with an `inbound` limit, and counts for others. */
  readonly isInbound?: true;
}

/** A work item of a dumped instance, with what happened to it so far. */
export interface DumpedWork extends NewWorkItem {
  readonly executionId: number;
  readonly delivery: number;
  readonly failures: number;
  readonly lost: number;
  readonly visibleAt: number;
  readonly scheduledAt: number;
  readonly heartbeat: string | null;
  readonly note: string | null;
}

/** A timer of a dumped instance. */
export interface DumpedTimer extends NewTimer {
  readonly executionId: number;
}

/** A page of the instances of a store, with all that belongs to them. */
export interface DumpPage {
  /** In the order of their creation in this store. */
  readonly dumps: readonly InstanceDump[];
  /** For the next page; null at the end. */
  readonly cursor: string | null;
}

/** Which page to dump, and how large it may be. */
export interface DumpRequest {
  /** From the previous page. */
  readonly cursor: string | null;
  /** At most so many instances. */
  readonly limit: number;
  /** No instance is added to a page whose bodies and payloads are this large already: so only one can make it larger. */
  readonly maxBytes: number;
}

/** While a store has a seal, no node may run on it, and nothing in it changes but by `restore` and `discard`. */
export interface StoreSeal {
  /** `moving`: what it has is being moved elsewhere. `moved`: it was. `receiving`: it is being filled. */
  readonly state: "moving" | "moved" | "receiving";
  /** Of the move that made it, and that alone can change it. */
  readonly moveId: string;
  /** Whatever the move has to remember. */
  readonly note: string;
}

/** Whether a store could be sealed. */
export type SealOutcome =
  | { readonly status: "sealed" }
  /** Another move's seal is there. */
  | { readonly status: "taken"; readonly seal: StoreSeal }
  /** These nodes hold leases: nothing was changed. */
  | { readonly status: "busy"; readonly nodeIds: readonly string[] };

/** How many rows of each kind a store has. */
export interface StoreCounts {
  readonly instances: number;
  readonly events: number;
  readonly messages: number;
  readonly workItems: number;
  readonly timers: number;
  readonly stateKeys: number;
}

/** What moves instances between stores. Used by people and their commands; no node calls it. */
export interface StoreTransfer {
  /**
   * Ends the leases that have expired, and seals the store unless any is left; in one commit, so that no lease is
   * opened in between. From then on `commit` answers that all is fenced, and whatever else would open a lease or change
   * something rejects with `StoreMovedError`. The same move may seal again, with another state or note.
   */
  seal(seal: StoreSeal): Promise<SealOutcome>;
  /** The seal of the store; null if it has none. */
  readSeal(): Promise<StoreSeal | null>;
  /** Removes the seal of this move; false if there is none. */
  unseal(moveId: string): Promise<boolean>;
  /** How many rows of each kind the store has. */
  count(): Promise<StoreCounts>;
  /** Each page is one state of the store. */
  dump(request: DumpRequest): Promise<DumpPage>;
  /** Null when there is no such instance. */
  dumpOne(instanceId: string): Promise<InstanceDump | null>;
  /**
   * Inserts instances as they were dumped, owned by nobody, in one commit. For each: `present` when this very run is
   * there already, `taken` when another has its id; both are left as they are.
   */
  restore(dumps: readonly InstanceDump[]): Promise<readonly ("restored" | "present" | "taken")[]>;
  /** Removes these runs, whatever they are doing, without a word to their parents; for a restore that is taken back. */
  discard(runs: readonly { readonly instanceId: string; readonly runId: string }[]): Promise<number>;
}
