import type { Node } from "./node.ts";
import { safetyNetMs } from "./safety-net.ts";
import { allTimerPartitions } from "./timer-partition.ts";
import { untilDue } from "./until-due.ts";
import { WakeLoop } from "./wake-loop.ts";

// As many as a store fires at once without holding up the event loop: those that are due together are late by how long
// it takes to come to the last of them, and between two batches lie the turns of the first.
const batchSize = 2_000;

/** Moves timers that are due to the orchestrator queue, and sleeps until the next one. */
export class TimerDispatcher {
  readonly #node: Node;
  readonly #loop: WakeLoop;
  #nextDueAt = Infinity;

  constructor(node: Node) {
    this.#node = node;
    this.#loop = new WakeLoop({
      host: node.host,
      take: () => this.#fireOnce(),
      onFailure: (failures, err) => node.logger.warn({ failures, err }, "firing timers failed; trying again"),
    });
  }

  start(): void {
    this.#loop.wake();
  }

  /** A timer was created; it matters only if it is due before the one that is waited for. */
  notice(dueAt: number): void {
    if (dueAt >= this.#nextDueAt) return;
    this.#nextDueAt = dueAt;
    this.#loop.wake();
  }

  /** Something may have changed that is not known here. */
  wake(): void {
    this.#loop.wake();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async #fireOnce(): Promise<number> {
    this.#nextDueAt = Infinity;
    const answer = await this.#node.provider.fireTimers({ partitions: allTimerPartitions, limit: batchSize });
    if (answer.fired > 0) this.#node.logger.debug({ fired: answer.fired }, "timers fired");
    if (answer.fired >= batchSize) return 0;
    if (answer.nextDueAt === null) return safetyNetMs;
    this.#nextDueAt = Math.min(this.#nextDueAt, answer.nextDueAt);
    return untilDue({ storeNow: answer.storeNow, nextAt: this.#nextDueAt, foundNothing: answer.fired === 0 });
  }
}
