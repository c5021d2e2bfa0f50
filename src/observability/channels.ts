import { channel, type Channel } from "node:diagnostics_channel";

/*
 * What Perdure tells whoever listens, through `node:diagnostics_channel`: one message object for each thing that
 * happens, published when it begins and, the same object with more in it, when it ends. With no listener, nothing is
 * made. A listener may set the fields that are not readonly. What is replayed is never told again. See
 * docs/reference/telemetry.md.
 */

/** A start was asked for, and is about to be stored. */
export interface StartMessage {
  readonly instanceId: string;
  /** The orchestration's name. */
  readonly name: string;
  /** W3C traceparent to be stored with the instance: what it does becomes part of this trace. */
  trace?: string;
}

/** One turn of an instance. */
export interface TurnMessage {
  readonly instanceId: string;
  readonly runId: string;
  readonly executionId: number;
  /** As `name@version`. */
  readonly orchestration: string;
  /** W3C traceparent of whoever started the instance. */
  readonly parent?: string;
  /** W3C traceparent of this turn: what it schedules and starts becomes part of it. */
  trace?: string;
  /** At its end. */
  outcome?: "committed" | "fenced";
  /** How many events it added; the kind of the last one, if that ended the execution. */
  events?: number;
  end?: string;
  ms?: number;
}

/** One delivery of an activity. */
export interface ActivityMessage {
  readonly activityId: string;
  readonly instanceId: string;
  readonly executionId: number;
  readonly name: string;
  readonly queue: string;
  readonly attempt: number;
  /** Since it was scheduled, earlier attempts included. */
  readonly waitedMs: number;
  /** W3C traceparent of the turn that scheduled it. */
  readonly parent?: string;
  /** Runs the activity's function, such as within a context of the listener's. */
  run?: <T>(activity: () => T) => T;
  /** At its end. `lost`: it was cancelled, or taken over. `stopped`: handed back. */
  outcome?: "completed" | "failed" | "stopped" | "lost";
  error?: unknown;
  ms?: number;
}

/** An instance was brought back into memory. */
export interface ReplayMessage {
  readonly instanceId: string;
  readonly executionId: number;
  /** Events that were replayed. */
  readonly events: number;
  /** Milliseconds that the replay took. */
  readonly ms: number;
}

/** A batch was committed. */
export interface CommitMessage {
  readonly turns: number;
  readonly results: number;
  /** How many of the turns and results were refused, because this node no longer owned what they are of. */
  readonly fenced: number;
  /** Milliseconds from when the batch was sent to the answer. */
  readonly ms: number;
}

/** An instance came into this node's memory, or left it. */
export interface HydrationMessage {
  readonly instanceId: string;
  /** 1: it is in memory now. -1: it no longer is. */
  readonly change: 1 | -1;
}

/** What became of this node's lease. */
export interface LeaseMessage {
  readonly nodeId: string;
  /**
   * `held`: it was taken. `failed`: a renewal did not work, and is tried again. `lost`: the node begins anew, without
   * it.
   */
  readonly what: "held" | "failed" | "lost";
}

/** A channel of `node:diagnostics_channel`, with its messages' type. */
export interface Told<T extends object> {
  readonly name: string;
  readonly hasListeners: boolean;
  tell(message: T): void;
}

function told<T extends object>(name: string): Told<T> {
  const underlying: Channel = channel(name);
  return {
    name,
    get hasListeners() {
      return underlying.hasSubscribers;
    },
    tell: (message) => underlying.publish(message),
  };
}

export const channels = {
  start: told<StartMessage>("perdure:start"),
  turnBegin: told<TurnMessage>("perdure:turn:begin"),
  turnEnd: told<TurnMessage>("perdure:turn:end"),
  activityBegin: told<ActivityMessage>("perdure:activity:begin"),
  activityEnd: told<ActivityMessage>("perdure:activity:end"),
  replay: told<ReplayMessage>("perdure:replay"),
  commit: told<CommitMessage>("perdure:commit"),
  hydration: told<HydrationMessage>("perdure:hydration"),
  lease: told<LeaseMessage>("perdure:lease"),
} as const;
