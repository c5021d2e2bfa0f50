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

/** How the waiting for an operation may end before the operation does. */
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
   * All activities of a session run on one node, as long as it lives and has what they need, so that they can share
   * what is in its memory or on its disk. The id is one for the whole store; make it from `ctx.runId` for a session of
   * one run.
   */
  readonly session?: string;
}

/** How a child is started, and what becomes of it if its parent ends first. */
export interface SubOrchestrationCall extends AwaitOptions {
  /** Default: an id made from the parent's, unique in the store. */
  readonly instanceId?: string;
  /** Default: the latest on the node that takes the start. */
  readonly version?: string;
  /** What becomes of the child if this execution ends first, or is asked to cancel. Default `"cancel"`. */
  readonly onParentEnd?: "cancel" | "terminate" | "abandon";
}

/** How an instance that nobody waits for is started. */
export interface DetachedStart {
  /** Default: an id made from the caller's, unique in the store. */
  readonly instanceId?: string;
  /** Default: the latest on the node that takes the start. */
  readonly version?: string;
}

/** The execution that started this instance as its child. */
export interface ParentInstance {
  /** The parent's id. */
  readonly instanceId: string;
  /** The execution of the parent that started it. */
  readonly executionId: number;
}

/**
 * Values that belong to the instance, by key: kept across continue-as-new, readable from outside with
 * `client.getState`. Reads see the instance's own writes at once, and are the same on every replay.
 */
export interface OrchestrationState {
  /** The value of a key, a decode of what is stored; undefined if there is none. `T` is not checked. */
  get<T = unknown>(key: string): T | undefined;
  /** Sets a key to any value that can be stored. Throws `UnserializableValueError` or `LimitExceededError`. */
  set(key: string, value: unknown): void;
  /** Removes a key; nothing happens if there is none. */
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
  /** The id of the instance. */
  readonly instanceId: string;
  /** Random for every start, and kept through continue-as-new: tells apart a later run under the same id. */
  readonly runId: string;
  /** 1, and 1 more for every continue-as-new. */
  readonly executionId: number;
  /** The orchestration's name. */
  readonly name: string;
  /** The version that this execution is pinned to. */
  readonly version: string;
  /** Who started it as a child; undefined for one that nobody waits for. */
  readonly parent: ParentInstance | undefined;
  /** True while the function is led through what it has done before. */
  readonly isReplaying: boolean;
  /** A logger whose lines say which instance they are of; silent while replaying. */
  readonly log: Logger;

  /** The time of the last event delivered, by the store's clock, in milliseconds since 1970. The same on replay. */
  now(): number;
  /** A random number from 0 up to, not including, 1. The same on replay. */
  random(): number;
  /** A random UUID, version 4. The same on replay. */
  uuid(): string;

  /**
   * Has an activity executed, on whichever node has it, and resolves with its result. By a definition it is typed; the
   * plain name will do. Rejects with `ActivityError` once it has failed for good, and with `TimeoutError`, `AbortError`
   * or `CancelledError` when the waiting for it ends before.
   */
  activity<I, O>(activity: CallableActivity<I, O>, ...rest: InputAndOptions<I, ActivityCall>): Promise<O>;
  activity<O = unknown>(name: string, input?: unknown, options?: ActivityCall): Promise<O>;

  /** Waits, for as long as it takes: the timer is a row in the store. Never fires early, by the store's clock. */
  sleep(duration: Duration, options?: Pick<AwaitOptions, "signal">): Promise<void>;
  /** As `sleep`, until an instant on the store's clock: a date, or milliseconds since 1970. */
  sleepUntil(at: Date | number, options?: Pick<AwaitOptions, "signal">): Promise<void>;

  /**
   * Resolves with the next event of that name that is raised from now on; what was raised before is gone. Rejects as
   * `receive` does.
   */
  waitForEvent<T>(event: EventDefinition<T, unknown>, options?: AwaitOptions): Promise<T>;
  waitForEvent<T = unknown>(name: string, options?: AwaitOptions): Promise<T>;

  /**
   * Takes the oldest message of the mailbox, or waits for the next one. What nobody receives is kept, also across
   * continue-as-new. Rejects with `TimeoutError`, `AbortError` or `CancelledError`, and with `ValidationError` for a
   * message that the mailbox's schema refuses.
   */
  receive<T>(mailbox: Mailbox<T, unknown>, options?: AwaitOptions): Promise<T>;
  receive<T = unknown>(name: string, options?: AwaitOptions): Promise<T>;

  /**
   * Starts a child, and resolves with its result. Rejects with the error that ended it, whatever ended it, and with
   * `InstanceExistsError` when its id is in use by another.
   */
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

  /** Key-value state of the instance. */
  readonly state: OrchestrationState;

  /** Any value that can be stored; `client.getStatus` shows it. */
  setCustomStatus(value: unknown): void;
}
