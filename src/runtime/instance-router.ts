import type { PerdureError } from "../errors/index.ts";
import type { CompletionMessage } from "../history/index.ts";
import { channels } from "../observability/index.ts";
import type { FetchedInstance, InstanceRef, TurnCommit, TurnOutcome, WorkFence } from "../providers/contract.ts";
import { address } from "./execution-end.ts";
import { type FusedCompletion, Instance } from "./instance.ts";
import type { Node } from "./node.ts";
import { prepareTurn } from "./prepare-turn.ts";
import { type PreparedTurn, claimedTooOften, putOff, quarantine } from "./prepared-turn.ts";
import { Roster } from "./roster.ts";
import { logOutcome, logTurn } from "./turn-log.ts";
import { tellTurnEnd } from "./turn-telling.ts";

export interface Acceptance {
  /** The instance is to be ended, not run. */
  readonly endAs?: PerdureError;
  /** It is run alone: should it take the process with it, nothing else is lost but its own claim. */
  readonly isSuspect?: boolean;
}

/**
 * The instances that are hydrated on this node, by id. Hydration is the lock: an instance is in here exactly while its
 * rows are owned by this node. Each runs one turn at a time.
 */
export class InstanceRouter {
  readonly #node: Node;
  readonly #onIdle: () => void;
  readonly #instances = new Map<string, Instance>();
  readonly #running = new Roster<Instance>();
  /** It may take the process with it: while it is set, no other instance begins a turn. */
  #suspect: Instance | null = null;
  #whenCleared: (() => void)[] = [];
  #isStopped = false;
  #isLeaving = false;
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

  /** Deliveries that ended here and whose completions have not been committed. */
  fusedDeliveries(): WorkFence[] {
    const instances = [...this.#instances.values()];
    return instances.flatMap(({ fused, entered }) => [...fused, ...entered].map(({ fence }) => fence));
  }

  /**
   * Takes what the store handed out. "unknown": this node owns it, and knows nothing of it. "missed": messages came
   * for it that will have to be fetched again.
   */
  accept(fetched: FetchedInstance, how: Acceptance = {}): "accepted" | "unknown" | "missed" {
    const known = this.#instances.get(fetched.instanceId);
    if (known !== undefined && known.ref === fetched.ref && known.epoch === fetched.epoch) {
      if (known.isRunning || isOvertaken(fetched, known)) return "missed";
      known.queued = fetched.messages;
      known.dropped.clear();
      this.#run(known);
      return "accepted";
    }
    if (fetched.history === null && !fetched.withheld) return "unknown";
    if (known !== undefined) this.#forget(known);
    const instance = new Instance(fetched, this.#node.host);
    instance.endAs = how.endAs ?? null;
    instance.onFault = (error) => this.#onFault(instance, error);
    this.#instances.set(instance.instanceId, instance);
    tellHydration(instance, 1);
    if (how.isSuspect === true) this.#suspect = instance;
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
    const deadline = this.#node.host.now() - dehydrateAfterMs;
    const leaving = idle.filter((instance, index) => index < excess || instance.idleSinceMs <= deadline);
    if (leaving.length === 0) return;
    for (const { instanceId, executionId, epoch } of leaving) {
      this.#node.logger.debug({ instanceId, executionId, epoch }, "dehydrated");
    }
    await this.#release(leaving);
  }

  /**
   * Gives back what is at rest, and from now on whatever comes to rest: what is sent to it need not wait until the node
   * has stopped.
   */
  async leave(): Promise<void> {
    this.#isLeaving = true;
    await this.#release([...this.#instances.values()].filter((instance) => !instance.isRunning && !instance.hasWork));
  }

  /** The lease is lost: nothing here is this node's any more. */
  discardAll(): void {
    for (const instance of this.#instances.values()) instance.isGone = true;
    for (const instance of this.#instances.values()) this.#forget(instance);
  }

  /** Resolves when no suspect is running, or waits until it may. */
  cleared(): Promise<void> {
    return this.#suspect === null ? Promise.resolve() : new Promise((resolve) => this.#whenCleared.push(resolve));
  }

  /** Resolves when each instance that is in its first turn here has committed; null if none is. */
  unproven(): Promise<void> | null {
    const unproven = [...this.#running].filter(({ isProven }) => !isProven);
    if (unproven.length === 0) return null;
    const each = unproven.map(({ whenProven }) => new Promise<void>((resolve) => whenProven.push(resolve)));
    return Promise.all(each).then(() => undefined);
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
    if (this.#suspect !== null && (this.#suspect !== instance || this.#running.size > 0)) return;
    void this.#turns(instance);
  }

  #begin(instance: Instance): void {
    instance.isRunning = true;
    this.#running.add(instance);
  }

  #rest(instance: Instance): void {
    instance.isRunning = false;
    instance.idleSinceMs = this.#node.host.now();
    this.#running.remove(instance);
    if (instance === this.#suspect) this.#clearSuspect();
    if (this.#suspect !== null) this.#run(this.#suspect);
    if (this.#isLeaving && !instance.hasWork && !instance.isGone) void this.#release([instance]);
    this.#onIdle();
    if (this.#running.size === 0) for (const resolve of this.#whenQuiet.splice(0)) resolve();
  }

  #clearSuspect(): void {
    this.#suspect = null;
    for (const resolve of this.#whenCleared.splice(0)) resolve();
    for (const instance of this.#instances.values()) this.#run(instance);
  }

  async #turns(instance: Instance): Promise<void> {
    this.#begin(instance);
    while (instance.hasWork && !instance.isGone && !this.#isStopped) {
      const { fused } = instance;
      instance.fused = [];
      instance.entered = fused.filter((completion) => isAwaited(instance, completion));
      if (instance.entered.length === 0 && !instance.hasWork) break;
      let prepared: PreparedTurn;
      try {
        prepared = await prepareTurn(this.#node, instance);
      } catch (error) {
        // Not a fault of the orchestration, which is data here, but of this library. It stays with this instance.
        const { instanceId, executionId } = instance;
        this.#node.logger.error({ instanceId, executionId, err: error }, "turn failed; the instance is put off");
        prepared = putOff(instance, String(error));
      }
      if (instance.isGone) {
        this.#requeue(instance, instance.entered.splice(0));
        break;
      }
      await this.#commit(instance, prepared);
    }
    this.#rest(instance);
  }

  async #quarantine(instance: Instance): Promise<void> {
    this.#begin(instance);
    await this.#commit(instance, quarantine(instance, claimedTooOften(instance)));
    this.#rest(instance);
  }

  async #commit(instance: Instance, prepared: PreparedTurn): Promise<void> {
    const { commit } = prepared;
    const { entered } = instance;
    instance.entered = [];
    logTurn(this.#node.logger, instance, prepared);
    const outcome = await this.#node.pipeline.turn(commit);
    tellTurnEnd(instance, prepared, outcome.status);
    if (outcome.status === "fenced") {
      this.#requeue(instance, entered);
      return this.#onFenced(instance, commit, outcome.refused);
    }
    this.#requeue(instance, unacked(entered, commit));
    logOutcome(this.#node.logger, instance, prepared, outcome.undelivered);
    this.#advance(instance, prepared, outcome);
  }

  #advance(instance: Instance, { commit, events }: PreparedTurn, outcome: TurnOutcome & { status: "committed" }): void {
    prove(instance);
    instance.lastEventId += events.length;
    if (events.length > 0) instance.dropped.clear();
    else for (const token of commit.ackedMessages) instance.dropped.add(token);
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

  async #onFenced(instance: Instance, commit: TurnCommit, refused: string | undefined): Promise<void> {
    const { instanceId, executionId, epoch } = instance;
    if (refused !== undefined && commit.quarantine === null) {
      // The same turn would be refused again, for ever.
      this.#node.logger.error({ instanceId, executionId, epoch, refused }, "turn refused by the store");
      return await this.#commit(instance, quarantine(instance, `The store refused its turn: ${refused}`));
    }
    this.#node.logger.warn({ instanceId, executionId, epoch, refused }, "turn fenced; discarded");
    // Gives the rows back as well: the next claim has a new epoch, and the store's view of it.
    void this.#release([instance]);
  }

  async #release(instances: readonly Instance[]): Promise<void> {
    const { nodeId } = this.#node.lease;
    for (const instance of instances) this.#forget(instance);
    if (instances.length === 0 || nodeId === null) return;
    const claims = instances.map(({ ref, epoch }) => ({ ref, epoch }));
    try {
      await this.#node.provider.releaseInstances(nodeId, claims);
    } catch (error) {
      this.#node.logger.warn({ instances: instances.length, err: error }, "release not answered");
      this.#node.claims.suspect();
    }
  }

  #forget(instance: Instance): void {
    instance.isGone = true;
    prove(instance);
    if (instance === this.#suspect && !instance.isRunning) this.#clearSuspect();
    instance.engine?.dispose();
    instance.engine = null;
    if (this.#instances.get(instance.instanceId) === instance) {
      this.#instances.delete(instance.instanceId);
      tellHydration(instance, -1);
    }
    this.#requeue(instance, instance.fused.splice(0));
  }

  /**
   * A completion whose turn did not commit goes the ordinary way: its work item is still this node's, or fenced too.
   */
  #requeue({ instanceId }: Instance, completions: readonly FusedCompletion[]): void {
    for (const { message, fence } of completions) {
      void this.#node.pipeline.result({ kind: "complete", ...fence, message: address(instanceId, message) });
    }
  }

  #onFault(instance: Instance, error: PerdureError): void {
    if (instance.isGone) return;
    instance.fault = error;
    this.#run(instance);
  }
}

// The answer to a commit has come first, and what that acked must not be taken in again.
function isOvertaken(fetched: FetchedInstance, { executionId, lastEventId, dropped }: Instance): boolean {
  if (fetched.executionId !== executionId || fetched.lastEventId !== lastEventId) return true;
  return fetched.messages.some(({ token }) => dropped.has(token));
}

// What has been given up, or has ended with its execution, in a turn before this one, is gone from the queue as well.
function isAwaited({ engine, executionId }: Instance, { message }: FusedCompletion): boolean {
  return message.executionId === executionId && engine?.operations.isOpen(message.scheduledId) === true;
}

// Those that entered the turn and that its commit leaves where they are: none, or all of a turn that is put off.
function unacked(entered: readonly FusedCompletion[], { ackedWork }: TurnCommit): readonly FusedCompletion[] {
  if (ackedWork.length === entered.length) return [];
  const acked = new Set(ackedWork.map((fence) => fence.id));
  return entered.filter(({ fence }) => !acked.has(fence.id));
}

function prove(instance: Instance): void {
  if (instance.isProven) return;
  instance.isProven = true;
  for (const resolve of instance.whenProven.splice(0)) resolve();
}

function tellHydration({ instanceId }: Instance, change: 1 | -1): void {
  if (channels.hydration.hasListeners) channels.hydration.tell({ instanceId, change });
}
