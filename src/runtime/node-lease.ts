import type { Logger } from "../definition/index.ts";
import type { LeaseState, Provider } from "../providers/contract.ts";
import { randomId } from "../values/index.ts";
import { backoffMs } from "./backoff.ts";

export interface LeaseOptions {
  readonly provider: Provider;
  readonly logger: Logger;
  readonly durationMs: number;
  readonly capabilities: readonly string[];
  /** The lease was lost: nothing that this node owned is its own any more. A new one is being opened. */
  readonly onLost: () => void;
  /** A lease is held, the first one or a new one. */
  readonly onHeld: () => void;
}

/**
 * Keeps the node's lease: renews it every third of its duration, and a failed renewal until the lease truly expires.
 * Afterwards the node takes a new id, and begins with nothing.
 */
export class NodeLeaseKeeper {
  readonly #options: LeaseOptions;
  #nodeId: string | null = null;
  #validUntilMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #isStopped = false;
  #renewal: Promise<void> = Promise.resolve();

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  /** Null while no lease is held. */
  get nodeId(): string | null {
    if (this.#nodeId !== null && performance.now() >= this.#validUntilMs) this.#lose("it could not be renewed in time");
    return this.#nodeId;
  }

  async open(): Promise<void> {
    const nodeId = randomId();
    const sentAt = performance.now();
    const state = await this.#options.provider.openLease(this.#lease(nodeId));
    this.#hold(nodeId, sentAt, state);
    this.#options.onHeld();
  }

  /** Ends the lease: whatever this node still owns is free for others at once. */
  async close(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#renewal;
    clearTimeout(this.#timer);
    if (this.#nodeId !== null) await this.#options.provider.closeLease(this.#nodeId);
    this.#nodeId = null;
  }

  #lease(nodeId: string) {
    const { durationMs, capabilities } = this.#options;
    return { nodeId, durationMs, capabilities };
  }

  #hold(nodeId: string, sentAt: number, state: LeaseState): void {
    const { durationMs } = this.#options;
    this.#nodeId = nodeId;
    this.#failures = 0;
    this.#validUntilMs = sentAt + durationMs;
    const untilTakeover = state.nextExpiryAt === null ? Infinity : state.nextExpiryAt - state.storeNow + 1;
    this.#schedule(Math.max(1, Math.min(durationMs / 3, untilTakeover)));
  }

  #schedule(delayMs: number): void {
    if (this.#isStopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#renewal = this.#renew();
    }, delayMs);
  }

  async #renew(): Promise<void> {
    const nodeId = this.nodeId;
    try {
      if (nodeId === null) return await this.open();
      const sentAt = performance.now();
      const state = await this.#options.provider.renewLease(this.#lease(nodeId));
      if (state.held) return this.#hold(nodeId, sentAt, state);
      this.#lose("the store says that it has expired");
    } catch (error) {
      this.#failures += 1;
      this.#options.logger.warn({ nodeId, failures: this.#failures, error }, "lease renewal failed; trying again");
    }
    this.#schedule(this.#failures === 0 ? 1 : backoffMs(this.#failures, 20, this.#options.durationMs / 6));
  }

  #lose(why: string): void {
    this.#options.logger.error(
      { nodeId: this.#nodeId, why },
      "lease lost: taking a new node id, with nothing hydrated",
    );
    this.#nodeId = null;
    this.#options.onLost();
    this.#schedule(1);
  }
}
