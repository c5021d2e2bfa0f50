import type { Host, HostTimer } from "../host/index.ts";
import type { InstanceProgress, Provider, Wake } from "../providers/contract.ts";

/** A moment from which on all ends are told of. */
export interface Moment {
  /** Of the last end that was told of before. */
  readonly end: number;
  readonly at: number;
}

/**
 * Tells those who wait for instances to end when to look again. One subscription serves all who wait through one
 * client, so that a commit costs the instances it ended, and not everybody who waits for any other.
 */
export class ChangeWatch {
  readonly #host: Host;
  readonly #provider: Provider;
  readonly #followers = new Map<string, Set<Follower>>();
  #followerCount = 0;
  #unsubscribe: (() => void) | undefined;
  #sweep: "idle" | "running" | "again" = "idle";
  /** The ends that were told of last, by their numbers. */
  readonly #ends = new Map<string, number>();
  #lastEnd = 0;
  /** Up to this one, more may have ended than is known. */
  #lastUnknown = 0;

  constructor(provider: Provider, host: Host) {
    this.#host = host;
    this.#provider = provider;
  }

  /** An end from now on is not missed. Must be stopped, or it is told of them for ever. */
  follow(instanceId: string): Follower {
    this.#unsubscribe ??= this.#provider.subscribe((wake) => this.#onWake(wake));
    const follower: Follower = new Follower({
      host: this.#host,
      pollFactor: () => Math.max(1, this.#followerCount / followersPolledAtFullRate),
      onStop: () => this.#remove(instanceId, follower),
    });
    const others = this.#followers.get(instanceId);
    if (others === undefined) this.#followers.set(instanceId, new Set([follower]));
    else others.add(follower);
    this.#followerCount += 1;
    return follower;
  }

  /** Now, for `mayHaveEndedSince`; undefined while nobody listens. */
  moment(): Moment | undefined {
    return this.#unsubscribe && { end: this.#lastEnd, at: this.#host.now() };
  }

  /**
   * False only if the moment was just now, all ends since then have been told of, and this one was not among them. Not
   * later, because a hint that was lost must not cost anybody the time until the first poll.
   */
  mayHaveEndedSince({ end, at }: Moment, instanceId: string): boolean {
    if (end < this.#lastUnknown || this.#host.now() - at > justNowMs) return true;
    return (this.#ends.get(instanceId) ?? 0) > end;
  }

  #noteEnd(instanceId: string): void {
    this.#ends.set(instanceId, (this.#lastEnd += 1));
    if (this.#ends.size <= mostEnds) return;
    const [oldest, number] = this.#ends.entries().next().value as [string, number];
    this.#ends.delete(oldest);
    this.#lastUnknown = Math.max(this.#lastUnknown, number);
  }

  #forgetEnds(): void {
    this.#ends.clear();
    this.#lastUnknown = this.#lastEnd += 1;
  }

  #remove(instanceId: string, follower: Follower): void {
    const followers = this.#followers.get(instanceId);
    if (followers?.delete(follower) !== true) return;
    if (followers.size === 0) this.#followers.delete(instanceId);
    this.#followerCount -= 1;
    if (this.#followerCount > 0) return;
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#forgetEnds();
  }

  #onWake({ ended, ends }: Wake): void {
    if (ended === null) {
      this.#forgetEnds();
      if (this.#sweep === "idle") void this.#wakeAll();
      else this.#sweep = "again";
      return;
    }
    for (const instanceId of ended) {
      this.#noteEnd(instanceId);
      for (const follower of this.#followers.get(instanceId) ?? []) follower.wake(ends?.get(instanceId));
    }
  }

  // Another process commits as often as it likes, and does not say what: everybody has to look. Paced, so that ten
  // thousand who wait do not all ask the store at once, nor again and again while the other process is busy.
  async #wakeAll(): Promise<void> {
    do {
      this.#sweep = "running";
      const followers = [...this.#followers.values()].flatMap((set) => [...set]);
      for (let next = 0; next < followers.length; next += sweepSize) {
        for (const follower of followers.slice(next, next + sweepSize)) follower.wake();
        await this.#host.pause(sweepPauseMs);
      }
    } while ((this.#sweep as string) === "again");
    this.#sweep = "idle";
  }
}

/** One who waits for an instance to end. */
export class Follower {
  readonly #host: Host;
  readonly #pollFactor: () => number;
  readonly #onStop: () => void;
  #polls = 0;
  #isWoken = false;
  #isStopped = false;
  #timer: HostTimer | undefined;
  #resume: (() => void) | undefined;
  #told: InstanceProgress | undefined;

  constructor(options: { readonly host: Host; readonly pollFactor: () => number; readonly onStop: () => void }) {
    this.#host = options.host;
    this.#pollFactor = options.pollFactor;
    this.#onStop = options.onStop;
  }

  /** `told`: how it has ended, if that was said. */
  wake(told?: InstanceProgress): void {
    this.#isWoken = true;
    this.#told ??= told;
    this.#resume?.();
  }

  /**
   * Resolves when the instance may have ended since the last call, or when it is time to make sure; with how it ended
   * if that was told.
   */
  next(): Promise<InstanceProgress | undefined> {
    return new Promise((resolve) => {
      // Whoever waits on is waiting for something that nobody wants any more.
      if (this.#isStopped) return;
      this.#resume = () => {
        this.#host.cancel(this.#timer);
        this.#resume = undefined;
        this.#isWoken = false;
        const told = this.#told;
        this.#told = undefined;
        resolve(told);
      };
      if (this.#isWoken) this.#resume();
      else this.#timer = this.#host.after(this.#pollMs(), () => this.#poll());
    });
  }

  /** What waits for it now waits for ever. */
  stop(): void {
    this.#isStopped = true;
    this.#host.cancel(this.#timer);
    this.#resume = undefined;
    this.#onStop();
  }

  #poll(): void {
    this.#polls += 1;
    this.#resume?.();
  }

  #pollMs(): number {
    // At random: thousands who began to wait together would otherwise all look in the same moment.
    const spread = 0.5 + this.#host.random();
    const afterMs = Math.min(firstPollMs * 2 ** this.#polls, lastPollMs) * this.#pollFactor() * spread;
    // And not each at a moment of its own either: the store is asked for those of one step together.
    const now = this.#host.now();
    return Math.ceil((now + afterMs) / pollStepMs) * pollStepMs - now;
  }
}

// The safety net for lost hints: it costs one look a second for each who waits, and a hundred for all of them.
const firstPollMs = 250;
const lastPollMs = 1_000;
const pollStepMs = 50;
const followersPolledAtFullRate = 100;
const mostEnds = 1_000;
const justNowMs = 100;
const sweepSize = 50;
const sweepPauseMs = 25;
