import type { Logger } from "../definition/index.ts";
import { ClosedError, StorageError } from "../errors/index.ts";
import { type Host, longestTimerMs } from "../host/index.ts";
import { channels, type LeaseMessage } from "../observability/index.ts";
import type { LeaseState, Provider } from "../providers/contract.ts";
import { backoffMs } from "./backoff.ts";
import { WakeSignal } from "./wake-signal.ts";

export interface LeaseOptions {
  readonly host: Host;
  readonly provider: Provider;
  readonly logger: Logger;
  readonly durationMs: number;
  readonly capabilities: readonly string[];
  readonly sessionIdleMs: number;
  /** A lease is held, the first one or a new one. */
  readonly onHeld: () => void;
}

/**
 * Keeps the node's lease: renews it every third of its duration, and a failed renewal until the lease truly expires.
 * Afterwards the node takes a new id, and begins with nothing.
 */
export class NodeLeaseKeeper {
  readonly #options: LeaseOptions;
  readonly #host: Host;
  readonly #signal: WakeSignal;
  readonly #onLost = new Set<() => void>();
  #nodeId: string | null = null;
  #abandoned: string | null = null;
  /** By the process's monotonic clock, counted from when the store was asked: never later than by the store's. */
  #validUntilMs = 0;
  #renewInMs = 0;
  #loop: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#host = options.host;
    this.#signal = new WakeSignal(options.host);
  }

  /** Null while no lease is held. */
  get nodeId(): string | null {
    if (this.#nodeId !== null && this.#host.now() >= this.#validUntilMs) this.#lose("it could not be renewed in time");
    return this.#nodeId;
  }

  /** The listener is called when a lease is lost: nothing that this node owned is its own any more. */
  onLost(listener: () => void): () => void {
    this.#onLost.add(listener);
    return () => this.#onLost.delete(listener);
  }

  /** Opens the first lease, and keeps it. */
  async start(): Promise<void> {
    await this.#open();
    this.#loop = this.#keep();
  }

  /** Ends the lease: whatever this node still owns is free for others at once. Takes at most as long as the lease. */
  async close(): Promise<void> {
    this.#isStopped = true;
    this.#signal.set();
    await this.#loop;
    const nodeId = this.nodeId ?? this.#abandoned;
    if (nodeId === null) return;
    for (let failures = 1; this.#host.now() < this.#validUntilMs; failures += 1) {
      try {
        await this.#answerBy(this.#validUntilMs, this.#options.provider.closeLease(nodeId));
        this.#nodeId = null;
        return;
      } catch (error) {
        if (failures === 5 || error instanceof ClosedError) throw error;
        await this.#signal.wait(backoffMs(this.#host, failures));
      }
    }
  }

  /** Acts as if the lease were lost, and opens no other. */
  abandon(): void {
    this.#isStopped = true;
    this.#abandoned = this.#nodeId;
    this.#signal.set();
    if (this.#nodeId !== null) this.#lose("it was given up");
  }

  async #keep(): Promise<void> {
    let failures = 0;
    for (;;) {
      const longestMs = this.#options.durationMs / 6;
      await this.#signal.wait(failures === 0 ? this.#renewInMs : backoffMs(this.#host, failures, 20, longestMs));
      if (this.#isStopped) return;
      const { nodeId } = this;
      try {
        await (nodeId === null ? this.#open() : this.#renew(nodeId));
        failures = 0;
      } catch (error) {
        failures += 1;
        this.#options.logger.warn({ nodeId, failures, err: error }, "lease not renewed; trying again");
        if (nodeId !== null) tell(nodeId, "failed");
      }
    }
  }

  async #open(): Promise<void> {
    const { provider, durationMs, onHeld } = this.#options;
    const lease = this.#lease(this.#host.newId());
    const sentAt = this.#host.now();
    const state = await this.#answerBy(sentAt + durationMs, provider.openLease(lease));
    this.#nodeId = lease.nodeId;
    this.#hold(sentAt, state);
    tell(lease.nodeId, "held");
    onHeld();
  }

  async #renew(nodeId: string): Promise<void> {
    const sentAt = this.#host.now();
    const state = await this.#answerBy(this.#validUntilMs, this.#options.provider.renewLease(this.#lease(nodeId)));
    if (this.#nodeId !== nodeId) return;
    if (state.held) this.#hold(sentAt, state);
    else this.#lose("the store says that it has expired");
  }

  #lease(nodeId: string) {
    const { durationMs, capabilities, sessionIdleMs } = this.#options;
    return { nodeId, durationMs, capabilities, sessionIdleMs };
  }

  #hold(sentAt: number, { nextExpiryAt, storeNow }: LeaseState): void {
    const { durationMs } = this.#options;
    this.#validUntilMs = sentAt + durationMs;
    const untilTakeover = nextExpiryAt === null ? Infinity : nextExpiryAt - storeNow + 1;
    this.#renewInMs = Math.max(1, Math.min(durationMs / 3, untilTakeover));
  }

  #lose(why: string): void {
    const nodeId = this.#nodeId;
    this.#nodeId = null;
    this.#renewInMs = 0;
    this.#options.logger.error({ nodeId, why }, "lease lost; the node begins anew, under another id");
    if (nodeId !== null) tell(nodeId, "lost");
    this.#signal.set();
    for (const listener of this.#onLost) listener();
  }

  /** The store may never answer, and then the lease expires all the same. */
  async #answerBy<T>(deadline: number, answer: Promise<T>): Promise<T> {
    const { promise: tooLate, reject } = Promise.withResolvers<never>();
    const timer = this.#host.after(Math.min(Math.max(0, deadline - this.#host.now()), longestTimerMs), () =>
      reject(new StorageError("The store did not answer before the lease ran out.")),
    );
    try {
      return await Promise.race([answer, tooLate]);
    } finally {
      this.#host.cancel(timer);
    }
  }
}

function tell(nodeId: string, what: LeaseMessage["what"]): void {
  if (channels.lease.hasListeners) channels.lease.tell({ nodeId, what });
}
