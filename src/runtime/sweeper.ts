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
  readonly #signal = new WakeSignal();
  #loop: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(node: Node, orchestrations: OrchestrationDispatcher, work: WorkDispatcher) {
    this.#node = node;
    this.#orchestrations = orchestrations;
    this.#work = work;
    // The store takes a gap of ten seconds between two sweeps for time in which no node was there to sweep.
    this.#everyMs = Math.max(50, Math.min(8_000, node.missingVersionGraceMs / 3));
  }

  start(): void {
    this.#loop = this.#run();
  }

  /** Sweeps now; if it is sweeping, again afterwards. */
  wake(): void {
    this.#signal.set();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#signal.set();
    await this.#loop;
  }

  async #run(): Promise<void> {
    for (;;) {
      await this.#signal.wait(this.#everyMs);
      if (this.#isStopped) return;
      await this.#sweep();
    }
  }

  async #sweep(): Promise<void> {
    const { provider, logger, lease, onMissingVersion, missingVersionGraceMs: graceMs } = this.#node;
    if (lease.nodeId === null) return;
    try {
      const missing = await provider.findUnservable({ graceMs });
      if (missing.length > 0) logger.warn({ missing, graceMs }, "no live node has had these registered");
      if (missing.length > 0 && onMissingVersion === "cancel") await this.#orchestrations.endUnservable(graceMs);
      await this.#work.failExpired(graceMs);
    } catch (error) {
      logger.warn({ error }, "sweep failed; it will be repeated");
    }
  }
}
