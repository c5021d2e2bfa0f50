import {
  Client,
  type InstanceFilter,
  type ListOptions,
  type PruneOptions,
  type PruneResult,
  type StartOptions,
} from "../client/index.ts";
import type { Logger } from "../definition/index.ts";
import type { Provider } from "../providers/contract.ts";
import {
  exportInstance,
  type ExportOptions,
  importInstances,
  type ImportOptions,
  type ImportResult,
  type InstanceExport,
} from "../transfer/index.ts";
import { actOnAll, type BulkPreview, type BulkRequest, type BulkResult, previewBulk } from "./bulk-action.ts";
import { checkCode, type CheckRequest, type CheckView } from "./check-code.ts";
import { describeInstance, type InstanceReport } from "./describe-instance.ts";
import { diagnose, type Diagnosis } from "./diagnose.ts";
import { familyTree, type FamilyTree } from "./family-view.ts";
import { type HistoryOptions, historyView, type HistoryView } from "./history-view.ts";
import { type ActionResult, actOn, type InstanceAction } from "./instance-action.ts";
import { type ListView, listView } from "./list-view.ts";
import {
  nodesView,
  type NodeView,
  overview,
  type Overview,
  queuesView,
  type QueuesView,
  trafficView,
  type TrafficView,
} from "./store-views.ts";

/** What a `Management` may be told besides its provider. */
export interface ManagementOptions {
  readonly logger?: Logger;
}

/**
 * What an operator sees and does, as plain JSON: the same behind the command line, the HTTP API and the dashboard.
 * Every instant is an ISO text, and every value of users' the text in which it is stored. Rejects as `Client` does.
 */
export class Management {
  readonly client: Client;
  readonly #provider: Provider;

  constructor(provider: Provider, options: ManagementOptions = {}) {
    this.client = new Client(provider, options);
    this.#provider = provider;
  }

  /** How many instances there are in which status, and how many nodes are live. */
  overview(): Promise<Overview> {
    return overview(this.#provider);
  }

  /** A page of the instances for which all that is given holds, newest first. */
  list(options: ListOptions = {}): Promise<ListView> {
    return listView(this.#provider, options);
  }

  /** How many instances there are for which all that is given holds. */
  count(filter: InstanceFilter = {}): Promise<number> {
    return this.client.count(filter);
  }

  /** What an instance waits for, and what it has done. Rejects with `InstanceNotFoundError`. */
  describe(instanceId: string): Promise<InstanceReport> {
    return describeInstance(this.#provider, instanceId);
  }

  /** The events of an execution, as they are recorded. Rejects with `CorruptHistoryError` for one that is damaged. */
  history(instanceId: string, options: HistoryOptions = {}): Promise<HistoryView> {
    return historyView(this.#provider, instanceId, options);
  }

  /** The whole family of an instance, from its topmost ancestor. */
  family(instanceId: string): Promise<FamilyTree> {
    return familyTree(this.#provider, instanceId);
  }

  /** What waits in the queues, and whether anybody takes it. */
  queues(): Promise<QueuesView> {
    return queuesView(this.#provider);
  }

  /** The nodes that have a lease row, live or not. */
  nodes(): Promise<readonly NodeView[]> {
    return nodesView(this.#provider);
  }

  /** What was started and what ended in the last `sinceMs` milliseconds, at most `limit` of each. */
  traffic(request: { readonly sinceMs: number; readonly limit: number }): Promise<TrafficView> {
    return trafficView(this.#provider, request);
  }

  /** Looks for what goes wrong in practice, and says what to do about it. */
  diagnose(): Promise<Diagnosis> {
    return diagnose(this.#provider);
  }

  /** Replays what has not ended against the code that is given: would it go on? Reads, and changes nothing. */
  check(request: CheckRequest): Promise<CheckView> {
    return checkCode(this.#provider, request);
  }

  /** Starts an instance by name; the input is plain JSON. */
  async start(name: string, input: unknown, options: StartOptions = {}): Promise<{ readonly instanceId: string }> {
    const { instanceId } = await this.client.start(name, input, options);
    return { instanceId };
  }

  /** Puts a message into a mailbox of an instance; the data is plain JSON. */
  send(instanceId: string, mailbox: string, data: unknown): Promise<void> {
    return this.client.send(instanceId, mailbox, data);
  }

  /** Raises an event for an instance; the data is plain JSON. */
  raiseEvent(instanceId: string, event: string, data: unknown): Promise<void> {
    return this.client.raiseEvent(instanceId, event, data);
  }

  /** Cancels, terminates, deletes or releases one instance. */
  act(instanceId: string, action: InstanceAction): Promise<ActionResult> {
    return actOn(this.client, instanceId, action);
  }

  /** How many instances a filter finds, and some of them: to be shown before `actOnAll`. */
  previewBulk(filter: InstanceFilter): Promise<BulkPreview> {
    return previewBulk(this.client, filter);
  }

  /** Does the same to all that a filter finds, page by page; what fails for one does not stop the others. */
  actOnAll(request: BulkRequest): Promise<BulkResult> {
    return actOnAll(this.client, request);
  }

  /** Removes what ended long ago, or old executions of one instance. */
  prune(options: PruneOptions): Promise<PruneResult> {
    return this.client.prune(options);
  }

  /** All that there is of an instance and its children, as one file: see docs/reference/export-format.md. */
  export(instanceId: string, options: ExportOptions = {}): Promise<InstanceExport> {
    return exportInstance(this.#provider, instanceId, options);
  }

  /** Puts an exported file into the store, for inspection or to go on. */
  import(file: unknown, options: ImportOptions = {}): Promise<ImportResult> {
    return importInstances(this.#provider, file, options);
  }

  /**
   * Calls the listener after something was committed, with the instances whose status may have changed: `null` when it
   * could be any, none when only queues or histories have.
   */
  subscribe(listener: (changed: readonly string[] | null) => void): () => void {
    return this.#provider.subscribe(({ changed, beforeCommit }) => {
      if (beforeCommit !== true) listener(changed);
    });
  }
}
