import type { PerdureError } from "../errors/index.ts";
import type { CompletionMessage } from "../history/index.ts";
import type { FetchedInstance, InstanceRef, TurnOutcome, WorkFence } from "../providers/contract.ts";
import { address } from "./execution-end.ts";
import { type FusedCompletion, Instance } from "./instance.ts";
import type { Node } from "./node.ts";
import { prepareTurn } from "./prepare-turn.ts";
import { type PreparedTurn, putOff, quarantine } from "./prepared-turn.ts";
import { logDropped, logTurn } from "./turn-log.ts";

/**
 * The instances that are hydrated on this node, by id. Hydration is the lock: an instance is in here exactly while its
 * rows are owned by this node. Each runs one turn at a time.
 */
export class InstanceRouter {
  readonly #node: Node;
  readonly #onIdle: () => void;
  readonly #instances = new Map<string, Instance>();
  readonly #running = new Set<Instance>();
  #isStopped = false;
  #whenQuiet: (() => void)[] = [];

  /** `onIdle` is called whenever an instance comes to rest: messages may have come for it while it was busy. */
  constructor(node: Node, onIdle: () => void) {
    this.#node = node;
    this.#onIdle = onIdle;
  }

  get runningCount(): number {
    return this.#running.size;
  }

  get size(): number {
    return this.#instances.size;
  }

  busy(): InstanceRef[] {
    return [...this.#running].map((instance) => instance.ref);
  }

  /** Refs of everything that is in memory. */
  refs(): InstanceRef[] {
    return [...this.#instances.values()].map((instance) => instance.ref);
  }

  /** Takes what the store handed out. `endAs`: the instance is to be ended, not run. */
  accept(fetched: FetchedInstance, endAs: PerdureError | null = null): "accepted" | "unknown" {
    const known = this.#instances.get(fetched.instanceId);
    if (known !== undefined && known.ref === fetched.ref && known.epoch === fetched.epoch) {
      if (!known.isRunning) known.queued = fetched.messages;
      this.#run(known);
      return "accepted";
    }
    if (fetched.history === null && !fetched.withheld) return "unknown";
    if (known !== undefined) this.#forget(known);
    const instance = new Instance(fetched);
    instance.endAs = endAs;
    instance.onFault = (error) => this.#onFault(instance, error);
    this.#instances.set(instance.instanceId, instance);
    if (fetched.withheld) void this.#quarantine(instance);
    else this.#run(instance);
    return "accepted";
  }

  /** Whether the completion goes straight into a turn here; otherwise it has to take the way through the queue. */
  offer(instanceId: string, message: CompletionMessage, fence: WorkFence): boolean {
    const instance = this.#instances.get(instanceId);
    if (instance === undefined || this.#isStopped || !this.#node.fuseTurns) return false;
    if (instance.runId !== message.runId || instance.executionId !== message.executionId) return false;
    if (instance.engine?.operations.isOpen(message.scheduledId) !== true) return false;
    instance.fused.push({ message, fence });
    this.#run(instance);
    return true;
  }

  /** Gives back instances that have been idle for long, and the longest idle ones beyond `maxHydrated`. */
  async dehydrateIdle(): Promise<void> {
    const { dehydrateAfterMs, maxHydrated } = this.#node;
    const idle = [...this.#instances.values()]
      .filter((instance) => !instance.isRunning && !instance.hasWork)
      .toSorted((a, b) => a.idleSinceMs - b.idleSinceMs);
    const excess = this.#instances.size - maxHydrated;
    const deadline = performance.now() - dehydrateAfterMs;
    await this.#release(idle.filter((instance, index) => index < excess || instance.idleSinceMs <= deadline));
  }

  /** The lease is lost: nothing here is this node's any more. */
  discardAll(): void {
    for (const instance of this.#instances.values()) this.#forget(instance);
  }

  /** Resolves when no turn is under way. */
  quiet(): Promise<void> {
    return this.#running.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#whenQuiet.push(resolve));
  }

  /** No new turns; resolves when the ones under way are committed. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.quiet();
  }

  #run(instance: Instance): void {
    if (instance.isRunning || instance.isGone || this.#isStopped || !instance.hasWork) return;
    instance.isRunning = true;
    this.#running.add(instance);
    void this.#turns(instance).finally(() => {
      instance.isRunning = false;
      instance.idleSinceMs = performance.now();
      this.#running.delete(instance);
      this.#onIdle();
      if (this.#running.size === 0) for (const resolve of this.#whenQuiet.splice(0)) resolve();
    });
  }

  async #turns(instance: Instance): Promise<void> {
    while (instance.hasWork && !instance.isGone && !this.#isStopped) {
      instance.entered = instance.fused.splice(0);
      let prepared: PreparedTurn;
      try {
        prepared = await prepareTurn(this.#node, instance);
      } catch (error) {
        // Not a fault of the orchestration, which is data here, but of this library. It stays with this instance.
        this.#node.logger.error({ instanceId: instance.instanceId, error }, "turn failed; the instance is put off");
        prepared = putOff(instance, String(error));
      }
      await this.#commit(instance, prepared);
    }
  }

  async #commit(instance: Instance, prepared: PreparedTurn): Promise<void> {
    const { commit } = prepared;
    const acked = new Set(commit.ackedWork.map((fence) => fence.id));
    const entered = instance.entered.splice(0);
    logTurn(this.#node.logger, instance, prepared);
    const outcome = await this.#node.pipeline.turn(commit);
    if (outcome.status === "fenced") {
      this.#node.logger.warn({ instanceId: instance.instanceId, epoch: instance.epoch }, "turn fenced; discarded");
      this.#requeue(instance, entered);
      return this.#discard(instance);
    }
    this.#requeue(
      instance,
      entered.filter(({ fence }) => !acked.has(fence.id)),
    );
    logDropped(this.#node.logger, instance, prepared, outcome.undelivered);
    this.#advance(instance, prepared, outcome);
  }

  #advance(instance: Instance, { commit, events }: PreparedTurn, outcome: TurnOutcome & { status: "committed" }): void {
    instance.lastEventId += events.length;
    instance.unreplayed = null;
    instance.queued = outcome.messages;
    instance.endAs = null;
    if (commit.projection?.handler != null) instance.handler = commit.projection.handler;
    if (commit.nextExecutionId !== null) {
      instance.executionId = commit.nextExecutionId;
      instance.lastEventId = 0;
      instance.engine?.dispose();
      instance.engine = null;
    }
    if (commit.release) this.#forget(instance);
  }

  /** Gives the rows back as well: the next claim has a new epoch, and the store's view of it. */
  #discard(instance: Instance): void {
    const { ref, epoch } = instance;
    this.#forget(instance);
    const { nodeId } = this.#node.lease;
    if (nodeId === null) return;
    this.#node.provider.releaseInstances(nodeId, [{ ref, epoch }]).catch((error: unknown) => {
      this.#node.logger.warn({ instanceId: instance.instanceId, error }, "release not answered");
    });
  }

  async #release(instances: readonly Instance[]): Promise<void> {
    const { nodeId } = this.#node.lease;
    if (instances.length === 0 || nodeId === null) return;
    for (const instance of instances) this.#forget(instance);
    this.#node.logger.debug({ instances: instances.map(({ instanceId }) => instanceId) }, "dehydrated");
    await this.#node.provider.releaseInstances(
      nodeId,
      instances.map(({ ref, epoch }) => ({ ref, epoch })),
    );
  }

  #forget(instance: Instance): void {
    instance.isGone = true;
    instance.engine?.dispose();
    instance.engine = null;
    if (this.#instances.get(instance.instanceId) === instance) this.#instances.delete(instance.instanceId);
    this.#requeue(instance, instance.fused.splice(0));
  }

  /** A completion whose turn did not commit goes the ordinary way: its work item is still this node's, or fenced too. */
  #requeue({ instanceId }: Instance, completions: readonly FusedCompletion[]): void {
    for (const { message, fence } of completions) {
      void this.#node.pipeline.result({ kind: "complete", ...fence, message: address(instanceId, message) });
    }
  }

  async #quarantine(instance: Instance): Promise<void> {
    const reason =
      `It was claimed ${instance.claims - 1} times without a commit. Its code may never yield or may kill its ` +
      "process. Fix that, then release the instance; or terminate it.";
    instance.isRunning = true;
    this.#running.add(instance);
    await this.#commit(instance, quarantine(instance, reason));
    this.#running.delete(instance);
    if (this.#running.size === 0) for (const resolve of this.#whenQuiet.splice(0)) resolve();
  }

  #onFault(instance: Instance, error: PerdureError): void {
    if (instance.isGone) return;
    instance.fault = error;
    this.#run(instance);
  }
}
