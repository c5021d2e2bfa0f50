import type { EventDefinition, InputAndOptions, Mailbox, Orchestration } from "../definition/index.ts";
import type { Provider } from "../providers/contract.ts";
import { checkInstanceId } from "../values/index.ts";
import { cancel } from "./cancel.ts";
import { type ClientContext, clientContext, type ClientOptions } from "./client-context.ts";
import { type DeleteOptions, deleteInstance } from "./delete-instance.ts";
import { type Descriptor, getDescriptor } from "./get-descriptor.ts";
import { getHistory, type GetHistoryOptions, type HistoryEntry } from "./get-history.ts";
import { getState } from "./get-state.ts";
import { getStatus, type InstanceDetails } from "./get-status.ts";
import type { DataArgument } from "./inbound-data.ts";
import { createHandle, type HandleFor, type InstanceHandle } from "./instance-handle.ts";
import { type ExecutionSummary, listExecutions } from "./list-executions.ts";
import { getTree, type InstanceFamily } from "./get-tree.ts";
import { countInstances } from "./count-instances.ts";
import { prune, type PruneOptions, type PruneResult } from "./prune.ts";
import { type InstanceFilter, type InstanceList, listInstances, type ListOptions } from "./list-instances.ts";
import { raiseEvent } from "./raise-event.ts";
import { releaseQuarantine } from "./release-quarantine.ts";
import { send } from "./send.ts";
import { startInstance, type StartOptions } from "./start-instance.ts";
import { type HandlesOf, startMany, type Startable, type StartRequests } from "./start-many.ts";
import { terminate } from "./terminate.ts";

/**
 * Starts instances in a store, talks to them, and shows what became of them. It needs no runtime in its process, and
 * nothing has to be closed but the provider.
 *
 * Every method rejects with `InvalidArgumentError` for an argument that is not as described, before anything is
 * stored; with `InstanceNotFoundError` for an unknown instance; and with `StorageError` when the store does not answer:
 * then a write may or may not have taken effect.
 */
export class Client {
  readonly #context: ClientContext;

  constructor(provider: Provider, options: ClientOptions = {}) {
    this.#context = clientContext(provider, options);
  }

  /**
   * Starts an instance: by a definition in exactly its version, by a name in the latest one on the node that takes it.
   * Resolves once the start is stored. An id that is in use gives its instance, with a warning; with `onConflict:
   * "fail"` it is an `InstanceExistsError`.
   */
  start<I, O>(
    orchestration: Orchestration<I, O>,
    ...rest: InputAndOptions<I, StartOptions>
  ): Promise<InstanceHandle<O>>;
  start<O = unknown>(name: string, input?: unknown, options?: StartOptions): Promise<InstanceHandle<O>>;
  start(orchestration: Startable, input?: unknown, options?: StartOptions): Promise<InstanceHandle<unknown>> {
    return startInstance(this.#context, { orchestration, input }, options);
  }

  /** Starts many instances in one commit. An id that is in use gives its instance, with a warning. */
  startMany<const D extends readonly Startable[]>(starts: StartRequests<D>): Promise<HandlesOf<D>>;
  startMany(starts: StartRequests<readonly Startable[]>): Promise<InstanceHandle<unknown>[]> {
    return startMany(this.#context, starts);
  }

  /** A handle for an id, whether or not there is such an instance. `T`: the definition's type, or the result's. */
  getHandle<T = unknown>(instanceId: string): HandleFor<T> {
    checkInstanceId(instanceId, "instanceId");
    return createHandle(this.#context, instanceId) as HandleFor<T>;
  }

  /** Where an instance stands; if it has ended, also its result, or the error that ended it. */
  getStatus(instanceId: string): Promise<InstanceDetails> {
    return getStatus(this.#context, instanceId);
  }

  /** What an instance is, read from its history. */
  getDescriptor(instanceId: string): Promise<Descriptor> {
    return getDescriptor(this.#context, instanceId);
  }

  /** The events of one execution, oldest first. Rejects with `CorruptHistoryError` for one that is damaged. */
  getHistory(instanceId: string, options?: GetHistoryOptions): Promise<readonly HistoryEntry[]> {
    return getHistory(this.#context, instanceId, options);
  }

  /** The executions of an instance that have begun, oldest first: one, and one more for every continue-as-new. */
  listExecutions(instanceId: string): Promise<readonly ExecutionSummary[]> {
    return listExecutions(this.#context, instanceId);
  }

  /** A page of the instances in the store, newest first. */
  list(options?: ListOptions): Promise<InstanceList> {
    return listInstances(this.#context, options);
  }

  /** How many instances there are for which all that is given holds. */
  count(filter?: InstanceFilter): Promise<number> {
    return countInstances(this.#context, filter);
  }

  /** An instance with its children, theirs, and so on: those that have ended as well. */
  getTree(instanceId: string): Promise<InstanceFamily> {
    return getTree(this.#context, instanceId);
  }

  /** What the orchestration keeps with `ctx.state`, by key. */
  getState(instanceId: string): Promise<ReadonlyMap<string, unknown>> {
    return getState(this.#context, instanceId);
  }

  /**
   * Signals every wait that is open for the event when the instance gets it; with none open it is dropped there, with
   * a warning. Rejects with `InstanceEndedError` if the instance has ended, and with `MailboxFullError` if too much
   * waits for it that it has not even taken in.
   */
  raiseEvent<T>(instanceId: string, event: EventDefinition<unknown, T>, ...data: DataArgument<T>): Promise<void>;
  raiseEvent(instanceId: string, event: string, data?: unknown): Promise<void>;
  raiseEvent(instanceId: string, event: EventDefinition<unknown> | string, data?: unknown): Promise<void> {
    return raiseEvent(this.#context, instanceId, { event, data });
  }

  /**
   * Puts a message into a mailbox of an instance. Rejects with `InstanceEndedError` if the instance has ended, and with
   * `MailboxFullError` if it has as many messages as it may have that it has not received; then nothing is stored.
   */
  send<T>(instanceId: string, mailbox: Mailbox<unknown, T>, ...data: DataArgument<T>): Promise<void>;
  send(instanceId: string, mailbox: string, data?: unknown): Promise<void>;
  send(instanceId: string, mailbox: Mailbox<unknown> | string, data?: unknown): Promise<void> {
    return send(this.#context, instanceId, { mailbox, data });
  }

  /**
   * Asks an instance to cancel: what it waits for rejects with `CancelledError`, and it may still clean up. Its
   * children are cancelled too. Does nothing to one that has ended.
   */
  cancel(instanceId: string, reason?: string): Promise<void> {
    return cancel(this.#context, instanceId, reason);
  }

  /** Ends an instance without running its code again, even in quarantine. Does nothing to one that has ended. */
  terminate(instanceId: string, reason?: string): Promise<void> {
    return terminate(this.#context, instanceId, reason);
  }

  /**
   * Removes an instance and its children from the store, and resolves with the ids of all that are removed. Rejects
   * with `InstanceRunningError` if one of them has not ended, unless forced; the parent of a child that had not ended
   * then hears of it as an `InstanceDeletedError`.
   */
  delete(instanceId: string, options?: DeleteOptions): Promise<readonly string[]> {
    return deleteInstance(this.#context, instanceId, options);
  }

  /**
   * Removes what is no longer needed: instances that ended some time ago, with their families, and old executions of
   * eternal ones. In commits of bounded size; resolves when all of it is gone.
   */
  prune(options: PruneOptions): Promise<PruneResult> {
    return prune(this.#context, options);
  }

  /** Gives an instance that is quarantined another chance. Does nothing to one that is not. */
  releaseQuarantine(instanceId: string): Promise<void> {
    return releaseQuarantine(this.#context, instanceId);
  }
}
