import type { Logger } from "../definition/index.ts";
import type { Host } from "../host/index.ts";
import { backoffMs } from "./backoff.ts";
import { WakeSignal } from "./wake-signal.ts";

export interface ClaimGateOptions {
  readonly host: Host;
  readonly logger: Logger;
  /** Gives back all that the store says this node owns and that it does not know of. */
  readonly giveBackUnknown: () => Promise<void>;
}

/**
 * Everything that a node claims goes through here. A claim whose answer is lost may have given it something that it
 * does not know of, and that nobody would ever touch as long as the node lives. So after one, nothing more is claimed
 * until the unknown has been given back; and claims that are under way are waited for, since what they bring is known
 * in a moment.
 */
export class ClaimGate {
  readonly #options: ClaimGateOptions;
  readonly #signal: WakeSignal;
  #underWay = 0;
  #isStopped = false;
  #isGivingBack = false;
  /** Something was claimed, or not given back, that what is being given back may not have looked at. */
  #isInDoubt = false;
  /** While closed: resolves when it opens. */
  #closed: PromiseWithResolvers<void> | null = null;

  constructor(options: ClaimGateOptions) {
    this.#options = options;
    this.#signal = new WakeSignal(options.host);
  }

  get isOpen(): boolean {
    return this.#closed === null;
  }

  /** Whatever `take` claims has to be known to this node when it resolves. Waits while the gate is closed. */
  async claim<T>(take: () => Promise<T>): Promise<T> {
    while (this.#closed !== null) await this.#closed.promise;
    const done = this.begin();
    try {
      return await take();
    } catch (error) {
      this.suspect();
      throw error;
    } finally {
      done();
    }
  }

  /** For a claim that is part of something else. Call what it returns when all that it brought is known. */
  begin(): () => void {
    this.#underWay += 1;
    return () => {
      this.#underWay -= 1;
      if (this.#closed !== null && this.#underWay === 0) void this.#reopen();
    };
  }

  /** This node may own something that it does not know of. */
  suspect(): void {
    if (this.#isStopped) return;
    this.#isInDoubt = true;
    if (this.#closed !== null) return;
    this.#closed = Promise.withResolvers();
    if (this.#underWay === 0) void this.#reopen();
  }

  /** Nothing is given back any more: the end of the lease does that for all. */
  stop(): void {
    this.#isStopped = true;
    this.#signal.set();
  }

  // One at a time: what is given back twice may have been claimed, and known, in between.
  async #reopen(): Promise<void> {
    if (this.#isGivingBack) return;
    this.#isGivingBack = true;
    while (this.#isInDoubt && !this.#isStopped) await this.#giveBack();
    this.#isGivingBack = false;
    this.#closed?.resolve();
    this.#closed = null;
  }

  async #giveBack(): Promise<void> {
    for (let failures = 1; !this.#isStopped; failures += 1) {
      this.#isInDoubt = false;
      try {
        return await this.#options.giveBackUnknown();
      } catch (error) {
        this.#options.logger.warn({ failures, err: error }, "giving back unknown claims failed; trying again");
        await this.#signal.wait(backoffMs(this.#options.host, failures));
      }
    }
  }
}
