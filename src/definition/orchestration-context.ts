import type { Duration } from "../values/index.ts";
import type { ActivityOptions, CallableActivity } from "./activity.ts";
import type { EventDefinition, Mailbox } from "./inbound.ts";
import type { Logger } from "./logger.ts";
import type { Orchestration } from "./orchestration.ts";

/** May be left out when the other side takes no input. */
export type InputAndOptions<I, Options> = unknown extends I
  ? [input?: I, options?: Options]
  : undefined extends I
    ? [input?: I, options?: Options]
    : [input: I, options?: Options];

export interface AwaitOptions {
  /** Aborting it, inside the orchestration, gives the operation up: it rejects with `AbortError`. */
  readonly signal?: AbortSignal;
  /** How long to wait for the operation, in all; then it rejects with `TimeoutError`. */
  readonly timeout?: Duration;
}

/** `timeout` limits the whole wait; the limits of single attempts are the activity's own options. */
export interface ActivityCall extends AwaitOptions, Omit<ActivityOptions, "timeout"> {
  /** Of one attempt: overrides the activity's own `timeout`. */
  readonly attemptTimeout?: Duration;
  /**
   * All activities of a session run on one node, as long as it lives and has what they need, so that they can share what
   * is in its memory or on its disk. The id is one for the whole store; make it from `ctx.runId` for a session of one run.
   */
  readonly session?: string;
}

export interface SubOrchestrationCall extends AwaitOptions {
  /** Default: an id made from the parent's, unique in the store. */
  readonly instanceId?: string;
  /** Default: the latest on the node that takes the start. */
  readonly version?: string;
  /** What becomes of the child if this execution ends first, or is asked to cancel. Default `"cancel"`. */
  readonly onParentEnd?: "cancel" | "terminate" | "abandon";
}

export interface DetachedStart {
  readonly instanceId?: string;
  readonly version?: string;
}

export interface ParentInstance {
  readonly instanceId: string;
  readonly executionId: number;
}

/**
 * Values that belong to the instance, by key: kept across continue-as-new, readable from outside with
 * `client.getState`. Reads see the instance's own writes at once, and are the same on every replay.
 */
export interface OrchestrationState {
  get<T = unknown>(key: string): T | undefined;
  set(key: string, value: unknown): void;
  delete(key: string): void;
  /** The keys that begin with `prefix`, sorted. */
  list(prefix?: string): string[];
}

/**
 * What an orchestration may do. Every operation starts when it is called, not when it is awaited, and returns a native
 * promise. Nothing acts before it is stored. Invalid arguments and values that cannot be stored throw where the call
 * stands.
 */
export interface OrchestrationContext {
  readonly instanceId: string;
  readonly runId: string;
  readonly executionId: number;
  readonly name: string;
  readonly version: string;
  readonly parent: ParentInstance | undefined;
  /** True while the function is led through what it has done before. */
  readonly isReplaying: boolean;
  /** Silent while replaying. */
  readonly log: Logger;

  /** The time of the last event delivered, by the store's clock, in milliseconds since 1970. The same on replay. */
  now(): number;
  /** From 0 up to, not including, 1. The same on replay. */
  random(): number;
  /** The same on replay. */
  uuid(): string;

  /** Rejects with `ActivityError` once the activity has failed for good. */
  activity<I, O>(activity: CallableActivity<I, O>, ...rest: InputAndOptions<I, ActivityCall>): Promise<O>;
  activity<O = unknown>(name: string, input?: unknown, options?: ActivityCall): Promise<O>;

  /** Never fires early, by the store's clock. */
  sleep(duration: Duration, options?: Pick<AwaitOptions, "signal">): Promise<void>;
  sleepUntil(at: Date | number, options?: Pick<AwaitOptions, "signal">): Promise<void>;

  /** Resolves with the next event of that name that is raised from now on. */
  waitForEvent<T>(event: EventDefinition<T, unknown>, options?: AwaitOptions): Promise<T>;
  waitForEvent<T = unknown>(name: string, options?: AwaitOptions): Promise<T>;

  /** Takes the oldest message of the mailbox, or waits for the next one. */
  receive<T>(mailbox: Mailbox<T, unknown>, options?: AwaitOptions): Promise<T>;
  receive<T = unknown>(name: string, options?: AwaitOptions): Promise<T>;

  /** Rejects with the error that ended the child, whatever ended it. */
  subOrchestration<I, O>(
    orchestration: Orchestration<I, O>,
    ...rest: InputAndOptions<I, SubOrchestrationCall>
  ): Promise<O>;
  subOrchestration<O = unknown>(name: string, input?: unknown, options?: SubOrchestrationCall): Promise<O>;

  /** Starts an instance that nobody waits for, and gives its id. An existing instance is left as it is. */
  startOrchestration<I, O>(
    orchestration: Orchestration<I, O>,
    ...rest: InputAndOptions<I, DetachedStart>
  ): Promise<string>;
  startOrchestration(name: string, input?: unknown, options?: DetachedStart): Promise<string>;

  /** Ends this execution and begins the next one with an empty history. Never settles. */
  continueAsNew(input?: unknown, options?: { readonly version?: string }): Promise<never>;

  /** True once the history of this execution has grown long: a good moment for `continueAsNew`. */
  readonly continueAsNewSuggested: boolean;

  /**
   * For a small change of code without a new version: true for an execution that comes here for the first time with
   * this code, false for one that came here before it. Ask with a new id for each change. Once no execution of the
   * old kind is left, the call and the old way can go.
   */
  patched(id: string): boolean;

  readonly state: OrchestrationState;

  /** Any value that can be stored; `client.getStatus` shows it. */
  setCustomStatus(value: unknown): void;
}
