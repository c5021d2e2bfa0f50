import { ClosedError } from "../errors/index.ts";
import type { TurnCommit, Wake } from "../providers/contract.ts";
import { installGuard, releaseGuard } from "../guard/index.ts";
import { type Host, longestTimerMs } from "../host/index.ts";
import { absorbUncaughtErrors, releaseUncaughtErrors } from "../replay/index.ts";
import { captureContext, type Duration, parseDuration } from "../values/index.ts";
import { ActivityRegistry } from "./activity-registry.ts";
import { checkNames } from "./check-names.ts";
import { checkTransactions } from "./check-transactions.ts";
import { ClaimGate } from "./claim-gate.ts";
import { CommitPipeline } from "./commit-pipeline.ts";
import type { Node } from "./node.ts";
import { NodeLeaseKeeper } from "./node-lease.ts";
import { type RuntimeOptions, type RuntimeSettings, runtimeSettings } from "./options.ts";
import { OrchestrationDispatcher } from "./orchestration-dispatcher.ts";
import { OrchestrationRegistry } from "./orchestration-registry.ts";
import { Sweeper } from "./sweeper.ts";
import { TimerDispatcher } from "./timer-dispatcher.ts";
import { WorkDispatcher } from "./work-dispatcher.ts";

/** One node: takes work from a store, runs orchestrations and activities in this process, and commits what they did. */
export class Runtime implements AsyncDisposable {
  readonly #node: Node;
  readonly #orchestrations: OrchestrationDispatcher;
  readonly #work: WorkDispatcher;
  readonly #timers: TimerDispatcher;
  readonly #sweeper: Sweeper;
  readonly #unsubscribe: () => void;
  #stopped: Promise<void> | undefined;

  private constructor(settings: RuntimeSettings) {
    const { host, provider, logger } = settings;
    const orchestrationRegistry = new OrchestrationRegistry(settings.orchestrations);
    const activityRegistry = new ActivityRegistry(settings.activities);
    checkTransactions(provider, settings.activities);
    checkNames(settings, settings.limits.nameBytes);
    const lease = new NodeLeaseKeeper({
      host,
      provider,
      logger,
      durationMs: settings.leaseMs,
      sessionIdleMs: settings.sessionIdleMs,
      capabilities: [...orchestrationRegistry.handlers(), ...activityRegistry.handlers([...settings.queues.keys()])],
      onHeld: () => this.#wakeAll(),
    });
    lease.onLost(() => this.#onLeaseLost());
    const claims = new ClaimGate({ host, logger, giveBackUnknown: () => this.#giveBackUnknown() });
    const pipeline = new CommitPipeline({
      host,
      provider,
      logger,
      lease,
      claims,
      claimWork: () => this.#work.reserve(),
      onWork: (items, reserved) => this.#work.acceptClaimed(items, reserved),
      onCommitted: (turn) => this.#onCommitted(turn),
    });
    const outside = captureContext();
    this.#node = { ...settings, orchestrationRegistry, activityRegistry, lease, claims, pipeline, outside };
    this.#orchestrations = new OrchestrationDispatcher(this.#node);
    this.#work = new WorkDispatcher(this.#node, this.#orchestrations);
    this.#timers = new TimerDispatcher(this.#node);
    this.#sweeper = new Sweeper(this.#node, this.#orchestrations, this.#work);
    this.#unsubscribe = provider.subscribe((wake) => this.#onWake(wake));
  }

  /**
   * Starts a node. Rejects with `InvalidArgumentError`, `LimitExceededError` or `DuplicateDefinitionError` for wrong
   * options, and with `StorageError` when the store does not answer.
   */
  static async start(options: RuntimeOptions): Promise<Runtime> {
    const runtime = new Runtime(runtimeSettings(options));
    await runtime.#start();
    return runtime;
  }

  /** Random; taken anew if the lease was ever lost. Undefined while there is none. */
  get nodeId(): string | undefined {
    return this.#node.lease.nodeId ?? undefined;
  }

  /** Instances that are in this node's memory. */
  get hydratedCount(): number {
    return this.#orchestrations.router.size;
  }

  /**
   * Takes nothing more, finishes the turns under way, waits for running activities at most `timeout` (default `"10s"`),
   * aborts the rest and hands them back without using up an attempt, and ends the lease. May be called again.
   */
  stop(options: { readonly timeout?: Duration } = {}): Promise<void> {
    const timeoutMs = parseDuration(options.timeout ?? "10s", "stop timeout");
    this.#stopped ??= this.#stop(timeoutMs);
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #start(): Promise<void> {
    try {
      await this.#node.lease.start();
    } catch (error) {
      this.#unsubscribe();
      throw error;
    }
    absorbUncaughtErrors();
    installGuard();
    this.#orchestrations.start();
    this.#work.start();
    this.#timers.start();
    this.#sweeper.start();
    const { logger, provider, lease, orchestrationRegistry, activityRegistry, queues } = this.#node;
    const runs = {
      orchestrations: orchestrationRegistry.versions(),
      activities: activityRegistry.names(),
      queues: [...queues.keys()],
    };
    logger.info({ nodeId: lease.nodeId, provider: provider.kind, ...runs }, "node started");
  }

  async #stop(timeoutMs: number): Promise<void> {
    const { host, lease, logger, leaseMs } = this.#node;
    const { nodeId } = this;
    this.#unsubscribe();
    const isDrained = await isDoneWithin(host, this.#drain(timeoutMs), timeoutMs + leaseMs);
    if (!isDrained) {
      logger.warn({ nodeId }, "the store does not answer; stopping without it");
      this.#work.abandon();
      lease.abandon();
    }
    try {
      await lease.close();
    } catch (error) {
      if (!(error instanceof ClosedError)) {
        logger.warn({ nodeId, err: error }, "the lease could not be ended; it expires by itself");
      }
    }
    releaseGuard();
    releaseUncaughtErrors();
    logger.info({ nodeId }, "node stopped");
  }

  async #drain(timeoutMs: number): Promise<void> {
    this.#node.claims.stop();
    await Promise.all([this.#sweeper.stop(), this.#timers.stop(), this.#orchestrations.stopTaking()]);
    // Instances that wait for an activity which still runs here go on elsewhere.
    await Promise.all([this.#orchestrations.router.leave(), this.#work.stop(timeoutMs)]);
    await this.#orchestrations.router.stop();
    await this.#node.pipeline.idle();
    this.#orchestrations.router.discardAll();
    await this.#node.pipeline.idle();
  }

  async #giveBackUnknown(): Promise<void> {
    const { provider, lease, pipeline } = this.#node;
    const { nodeId } = lease;
    if (nodeId === null) return;
    const { router } = this.#orchestrations;
    // Deliveries, and not items: one whose retry is being committed may already have been given to this node again.
    const work = [...this.#work.deliveries(), ...router.fusedDeliveries(), ...pipeline.deliveries()];
    await provider.releaseAllExcept(nodeId, { instances: router.refs(), work });
  }

  #onCommitted(turn: TurnCommit): void {
    this.#work.noticeCommitted(turn);
    for (const { startBy } of turn.work) if (startBy !== null) this.#sweeper.notice(startBy);
  }

  #onWake(wake: Wake): void {
    if (wake.beforeCommit === true) return this.#orchestrations.nudge();
    if (wake.instances) this.#orchestrations.wake();
    if (wake.work) this.#work.wake();
    if (wake.clockMoved) this.#onClockMoved();
    if (wake.timerDueAt !== null) this.#timers.notice(wake.timerDueAt);
    else if (wake.changed === null) this.#timers.wake();
  }

  #onClockMoved(): void {
    this.#timers.wake();
    this.#work.onClockMoved();
    this.#sweeper.wake();
  }

  #wakeAll(): void {
    this.#orchestrations.wake();
    this.#work.wake();
    this.#timers.wake();
  }

  #onLeaseLost(): void {
    this.#orchestrations.router.discardAll();
    this.#work.stopAll();
  }
}

async function isDoneWithin(host: Host, work: Promise<void>, timeoutMs: number): Promise<boolean> {
  const { promise: timeout, resolve } = Promise.withResolvers<boolean>();
  const timer = host.after(Math.min(timeoutMs, longestTimerMs), () => resolve(false));
  const isDone = await Promise.race([work.then(() => true), timeout]);
  host.cancel(timer);
  return isDone;
}
