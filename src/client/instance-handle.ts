import type { AnyOrchestration, EventDefinition, Mailbox, Orchestration } from "../definition/index.ts";
import { awaitResult } from "./await-result.ts";
import { cancel } from "./cancel.ts";
import type { Moment } from "./change-watch.ts";
import type { ClientContext } from "./client-context.ts";
import { getStatus, type InstanceDetails } from "./get-status.ts";
import type { DataArgument } from "./inbound-data.ts";
import { raiseEvent } from "./raise-event.ts";
import { send } from "./send.ts";
import { terminate } from "./terminate.ts";
import type { WaitOptions } from "./wait-limit.ts";

/** One instance, for whoever works with it. `O` is what its orchestration returns. Holding one costs nothing. */
export interface InstanceHandle<O> {
  /** The id of the instance, whether or not there is one. */
  readonly instanceId: string;

  /**
   * Waits for the instance's end, across restarts and continue-as-new, and resolves with what it returned.
   *
   * Rejects with the error that ended it: what the function threw, `CancelledError`, `TerminatedError`,
   * `NotRegisteredError`... Or with `TimeoutError` when the time is up, `AbortError` when the signal is aborted (the
   * instance goes on), `InstanceNotFoundError` when there is no such instance, and `InstanceDeletedError` when it, or
   * the run that this handle was given for, is there no more.
   */
  result(options?: WaitOptions): Promise<O>;
  /** As `client.getStatus`. */
  status(): Promise<InstanceDetails>;
  /** As `client.cancel`. */
  cancel(reason?: string): Promise<void>;
  /** As `client.terminate`. */
  terminate(reason?: string): Promise<void>;
  /** As `client.raiseEvent`. */
  raiseEvent<T>(event: EventDefinition<unknown, T>, ...data: DataArgument<T>): Promise<void>;
  raiseEvent(event: string, data?: unknown): Promise<void>;
  /** As `client.send`. */
  send<T>(mailbox: Mailbox<unknown, T>, ...data: DataArgument<T>): Promise<void>;
  send(mailbox: string, data?: unknown): Promise<void>;
}

/** The handle for an orchestration of this type, or for this type of result. */
export type HandleFor<T> = InstanceHandle<T extends AnyOrchestration ? OutputOf<T> : T>;

/** What an orchestration of this type returns; unknown for a name. */
export type OutputOf<D> = D extends Orchestration<never, infer O> ? O : unknown;

/** `runId`: of the run that is meant, if it is known; otherwise whichever has the id. */
export function createHandle<O>(
  client: ClientContext,
  instanceId: string,
  runId?: string,
  start?: Moment,
): InstanceHandle<O> {
  return {
    instanceId,
    result: (options) => awaitResult(client, { instanceId, runId, start }, options) as Promise<O>,
    status: () => getStatus(client, instanceId),
    cancel: (reason) => cancel(client, instanceId, reason),
    terminate: (reason) => terminate(client, instanceId, reason),
    raiseEvent: (event: EventDefinition<unknown> | string, data?: unknown) =>
      raiseEvent(client, instanceId, { event, data }),
    send: (mailbox: Mailbox<unknown> | string, data?: unknown) => send(client, instanceId, { mailbox, data }),
  };
}
