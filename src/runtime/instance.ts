import type {
  EventRow,
  FetchedInstance,
  InstanceRef,
  MessageToken,
  QueuedMessage,
  WorkFence,
} from "../providers/contract.ts";
import type { CompletionMessage, ParentLink } from "../history/index.ts";
import type { PerdureError } from "../errors/index.ts";
import type { Host } from "../host/index.ts";
import type { ReplayEngine } from "../replay/index.ts";
import type { Rostered } from "./roster.ts";

/** A completion that enters its turn in memory: its work item is acked by the commit that records it. */
export interface FusedCompletion {
  readonly message: CompletionMessage;
  readonly fence: WorkFence;
}

/** An instance that this node owns: what the next commit is fenced by, what waits for it, and its live function. */
export class Instance implements Rostered {
  readonly host: Host;
  readonly ref: InstanceRef;
  readonly instanceId: string;
  readonly runId: string;
  readonly epoch: number;
  readonly parent: ParentLink | null;
  readonly claims: number;
  executionId: number;
  lastEventId: number;
  handler: string;

  /** History that was fetched and not replayed yet. */
  unreplayed: readonly EventRow[] | null;
  engine: ReplayEngine | null = null;
  queued: readonly QueuedMessage[];
  /** Acked without leaving a trace in the history, since the last event or the last messages that were fetched. */
  readonly dropped = new Set<MessageToken>();
  /** Waiting for the next turn. */
  fused: FusedCompletion[] = [];
  /** In the turn that is under way. */
  entered: FusedCompletion[] = [];
  /** Set when the instance is to be ended without running its code. */
  endAs: PerdureError | null = null;
  /** Set when the function broke a rule between turns. */
  fault: PerdureError | null = null;
  onFault: (error: PerdureError) => void = () => undefined;

  isRunning = false;
  rosterPlace = 0;
  /** It has committed since it was claimed: so it is not what ends the processes that claim it. */
  isProven = false;
  /** Called once it is, or has left this node. */
  whenProven: (() => void)[] = [];
  /** Its rows are no longer this node's, or it has ended: nothing more is done for it here. */
  isGone = false;
  /** By the process's monotonic clock. */
  idleSinceMs = 0;

  constructor(fetched: FetchedInstance, host: Host) {
    this.host = host;
    this.ref = fetched.ref;
    this.instanceId = fetched.instanceId;
    this.runId = fetched.runId;
    this.epoch = fetched.epoch;
    this.parent = fetched.parent;
    this.claims = fetched.claims;
    this.executionId = fetched.executionId;
    this.lastEventId = fetched.lastEventId;
    this.handler = fetched.handler;
    this.unreplayed = fetched.history;
    this.queued = fetched.messages;
  }

  get hasWork(): boolean {
    return this.queued.length > 0 || this.fused.length > 0 || this.fault !== null || this.endAs !== null;
  }
}
