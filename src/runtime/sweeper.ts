import type { Node } from "./node.ts";
import type { OrchestrationDispatcher } from "./orchestration-dispatcher.ts";
import { WakeSignal } from "./wake-signal.ts";
import type { WorkDispatcher } from "./work-dispatcher.ts";

/** Looks every now and then for what no node will ever take by itself: versions and activities that nobody has. */
export class Sweeper {
  readonly #node: Node;
  readonly #orchestrations: OrchestrationDispatcher;
  readonly #work: WorkDispatcher;
  readonly #everyMs: number;
  readonly #signal: WakeSignal;
  #sweeps = 0;
  /** By the store's clock, as is everything that is looked for. */
  #sweepAt = 0;
  #expireAt = Infinity;
  #loop: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(node: Node, orchestrations: OrchestrationDispatcher, work: WorkDispatcher) {
    this.#node = node;
    this.#signal = new WakeSignal(node.host);
    this.#orchestrations = orchestrations;
    this.#work = work;
    // The store takes a gap of ten seconds between two sweeps for time in which no node was there to sweep.
    this.#everyMs = Math.max(50, Math.min(9_000, node.missingVersionGraceMs / 3));
  }

  start(): void {
    this.#sweepAt = this.#node.provider.now() + this.#everyMs;
    this.#loop = this.#run();
  }

  /** Sweeps now; if it is sweeping, again afterwards. */
  wake(): void {
    this.#sweepAt = 0;
    this.#signal.set();
  }

  /** Work was queued that has to be started by then. */
  notice(startBy: number): void {
    if (startBy >= this.#expireAt) return;
    this.#expireAt = startBy;
    this.#signal.set();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#signal.set();
    await this.#loop;
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      const now = this.#node.provider.now();
      if (now >= this.#sweepAt) await this.#sweep(now);
      else if (now >= this.#expireAt) await this.#expire(now);
      else await this.#signal.wait(Math.min(this.#sweepAt, this.#expireAt) - now);
    }
  }

  async #sweep(now: number): Promise<void> {
    const { provider, logger, lease, onMissingVersion, missingVersionGraceMs: graceMs } = this.#node;
    this.#sweepAt = now + this.#everyMs;
    if (lease.nodeId === null) return;
    try {
      const missing = await provider.findUnservable({ graceMs });
      if (missing.length > 0) logger.warn({ missing, graceMs }, "no live node has had these registered");
      if (missing.length > 0 && onMissingVersion === "cancel") await this.#orchestrations.endUnservable(graceMs);
      // Now and then also for what has to be started by a time that only a node knew which is gone.
      if (missing.length > 0 || this.#sweeps % 5 === 0) await this.#expire(now);
      this.#sweeps += 1;
    } catch (error) {
      logger.warn({ err: error }, "sweep failed; it will be repeated");
    }
  }

  async #expire(now: number): Promise<void> {
    const { logger, lease, missingVersionGraceMs: graceMs } = this.#node;
    this.#expireAt = Infinity;
    if (lease.nodeId === null) return this.notice(now + 1_000);
    try {
      this.notice((await this.#work.failExpired(graceMs)) ?? Infinity);
    } catch (error) {
      logger.warn({ err: error }, "failing what was not started in time failed; it will be repeated");
      this.notice(now + 1_000);
    }
  }
}
