import { Client, type InstanceFilter, type ListOptions, type StartOptions } from "../client/index.ts";
import type { Logger } from "../definition/index.ts";
import type { Provider } from "../providers/contract.ts";
import { actOnAll, type BulkPreview, type BulkRequest, type BulkResult, previewBulk } from "./bulk-action.ts";
import { describeInstance, type InstanceReport } from "./describe-instance.ts";
import { familyTree, type FamilyTree } from "./family-view.ts";
import { historyView, type HistoryView } from "./history-view.ts";
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

export interface ManagementOptions {
  readonly logger?: Logger;
}

/**
 * What an operator sees and does, as plain JSON: the same behind the command line, the HTTP API and the dashboard. Every
 * instant is an ISO text, and every value of users' the text in which it is stored. Rejects as `Client` does.
 */
export class Management {
  readonly client: Client;
  readonly #provider: Provider;

  constructor(provider: Provider, options: ManagementOptions = {}) {
    this.client = new Client(provider, options);
    this.#provider = provider;
  }

  overview(): Promise<Overview> {
    return overview(this.#provider);
  }

  list(options: ListOptions = {}): Promise<ListView> {
    return listView(this.#provider, options);
  }

  count(filter: InstanceFilter = {}): Promise<number> {
    return this.client.count(filter);
  }

  describe(instanceId: string): Promise<InstanceReport> {
    return describeInstance(this.#provider, instanceId);
  }

  /** Without the events up to `afterEventId`, for whoever has those already. */
  history(instanceId: string, executionId: number | null = null, afterEventId = 0): Promise<HistoryView> {
    return historyView(this.#provider, instanceId, { executionId, afterEventId });
  }

  /** The whole family of an instance, from its topmost ancestor. */
  family(instanceId: string): Promise<FamilyTree> {
    return familyTree(this.#provider, instanceId);
  }

  queues(): Promise<QueuesView> {
    return queuesView(this.#provider);
  }

  nodes(): Promise<readonly NodeView[]> {
    return nodesView(this.#provider);
  }

  /** What was started and what ended in the last `sinceMs` milliseconds, at most `limit` of each. */
  traffic(request: { readonly sinceMs: number; readonly limit: number }): Promise<TrafficView> {
    return trafficView(this.#provider, request);
  }

  /** Starts an instance by name; the input is plain JSON. */
  async start(name: string, input: unknown, options: StartOptions = {}): Promise<{ readonly instanceId: string }> {
    const { instanceId } = await this.client.start(name, input, options);
    return { instanceId };
  }

  send(instanceId: string, mailbox: string, data: unknown): Promise<void> {
    return this.client.send(instanceId, mailbox, data);
  }

  raiseEvent(instanceId: string, event: string, data: unknown): Promise<void> {
    return this.client.raiseEvent(instanceId, event, data);
  }

  act(instanceId: string, action: InstanceAction): Promise<ActionResult> {
    return actOn(this.client, instanceId, action);
  }

  previewBulk(filter: InstanceFilter): Promise<BulkPreview> {
    return previewBulk(this.client, filter);
  }

  actOnAll(request: BulkRequest): Promise<BulkResult> {
    return actOnAll(this.client, request);
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
