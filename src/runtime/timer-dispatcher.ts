import { backoffMs } from "./backoff.ts";
import type { Node } from "./node.ts";
import { safetyNetMs } from "./safety-net.ts";
import { allTimerPartitions } from "./timer-partition.ts";
import { WakeSignal } from "./wake-signal.ts";

const batchSize = 500;

/** Moves timers that are due to the orchestrator queue, and sleeps until the next one. */
export class TimerDispatcher {
  readonly #node: Node;
  readonly #signal: WakeSignal;
  #nextDueAt = Infinity;
  #loop: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(node: Node) {
    this.#node = node;
    this.#signal = new WakeSignal(node.host);
  }

  start(): void {
    this.#loop = this.#run();
  }

  /** A timer was created; it matters only if it is due before the one that is waited for. */
  notice(dueAt: number): void {
    if (dueAt >= this.#nextDueAt) return;
    this.#nextDueAt = dueAt;
    this.#signal.set();
  }

  /** Something may have changed that is not known here. */
  wake(): void {
    this.#signal.set();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#signal.set();
    await this.#loop;
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#isStopped) {
      let waitMs = safetyNetMs;
      try {
        waitMs = await this.#fireOnce();
        failures = 0;
      } catch (error) {
        failures += 1;
        this.#node.logger.warn({ failures, err: error }, "firing timers failed; trying again");
        waitMs = backoffMs(this.#node.host, failures);
      }
      if (!this.#isStopped && waitMs > 0) await this.#signal.wait(waitMs);
    }
  }

  async #fireOnce(): Promise<number> {
    this.#nextDueAt = Infinity;
    const answer = await this.#node.provider.fireTimers({ partitions: allTimerPartitions, limit: batchSize });
    if (answer.fired > 0) this.#node.logger.debug({ fired: answer.fired }, "timers fired");
    if (answer.fired >= batchSize) return 0;
    if (answer.nextDueAt === null) return safetyNetMs;
    this.#nextDueAt = Math.min(this.#nextDueAt, answer.nextDueAt);
    return Math.min(safetyNetMs, Math.max(1, this.#nextDueAt - answer.storeNow));
  }
}
