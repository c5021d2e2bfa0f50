import { type Host, type HostTimer, longestTimerMs } from "../host/index.ts";
import { backoffMs } from "./backoff.ts";

export interface WakeLoopOptions {
  readonly host: Host;
  /** Takes what there is, and gives after how many milliseconds to look again; 0 is at once. */
  readonly take: () => Promise<number>;
  /** It will be tried again. `failures` counts those in a row. */
  readonly onFailure: (failures: number, error: unknown) => void;
}

/** What a dispatcher does again and again: take, and sleep until there may be more. */
export class WakeLoop {
  readonly #options: WakeLoopOptions;
  #failures = 0;
  #isTaking = false;
  #isWoken = false;
  #isStopped = false;
  #timer: HostTimer | undefined;
  #onRest: (() => void) | undefined;

  constructor(options: WakeLoopOptions) {
    this.#options = options;
  }

  /** Begins to take before it returns. If that is being done already, it is done once more afterwards. */
  wake(): void {
    if (this.#isTaking) this.#isWoken = true;
    else if (!this.#isStopped) void this.#run();
  }

  /** As `wake`, for what will be said again: it is enough that it is being taken now. */
  nudge(): void {
    if (!this.#isTaking) this.wake();
  }

  /** Takes nothing more; resolves when what is being taken has come. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#options.host.cancel(this.#timer);
    if (this.#isTaking) await new Promise<void>((resolve) => (this.#onRest = resolve));
  }

  async #run(): Promise<void> {
    const { host } = this.#options;
    host.cancel(this.#timer);
    this.#isTaking = true;
    let waitMs = 0;
    while (waitMs <= 0 && !this.#isStopped) {
      this.#isWoken = false;
      waitMs = await this.#take();
      if (this.#isWoken) waitMs = 0;
    }
    this.#isTaking = false;
    if (this.#isStopped) this.#onRest?.();
    else this.#timer = host.after(Math.min(waitMs, longestTimerMs), () => this.wake());
  }

  async #take(): Promise<number> {
    const { host, take, onFailure } = this.#options;
    try {
      const waitMs = await take();
      this.#failures = 0;
      return waitMs;
    } catch (error) {
      this.#failures += 1;
      onFailure(this.#failures, error);
      return backoffMs(host, this.#failures);
    }
  }
}
