import { InvalidArgumentError } from "../errors/index.ts";

/** The one source of time of an embedded store: replaceable, so that a virtual clock can drive everything. */
export interface Clock {
  (): number;
  /**
   * What the leases of nodes go by, if not the time itself. For a clock that is moved by hand: its nodes live in real
   * time, and none of them has missed a renewal because a test skipped ten years.
   */
  readonly leaseTime?: () => number;
  /** For a clock that is moved by hand: calls the listener after every move, until what it returns is called. */
  readonly onMove?: (listener: () => void) => () => void;
}

/**
 * Milliseconds since 1970 by the machine's clock. Taken as it is now, because inside orchestrations the global `Date`
 * will be made deterministic, and a store must never be told that time.
 */
export const systemClock: Clock = Date.now;

/** A store's readings of its clock. */
export class StoreClock {
  readonly #time: SteadyTime;
  readonly #leaseTime: SteadyTime;

  /** Throws `InvalidArgumentError` for what is no clock. */
  constructor(clock: Clock) {
    checkClock(clock);
    this.#time = new SteadyTime(clock);
    this.#leaseTime = clock.leaseTime === undefined ? this.#time : new SteadyTime(clock.leaseTime);
  }

  now(): number {
    return this.#time.now();
  }

  leaseNow(): number {
    return this.#leaseTime.now();
  }

  /** It was this late in the store before, by another process or before a restart: from here on it is not earlier. */
  continueFrom(at: number): void {
    this.#time.continueFrom(at);
  }
}

function checkClock(clock: Clock): void {
  if (typeof clock === "function" && Number.isFinite(clock())) return;
  throw new InvalidArgumentError("clock is not a function that gives milliseconds since 1970, such as Date.now.");
}

/**
 * Whole milliseconds that never go back. When the source is set back they go on, at half its pace, until it has caught
 * up. If they stood still, every timer would be late by as much as the clock was set back; if they went on at full
 * pace, they would be wrong for ever.
 */
class SteadyTime {
  readonly #source: () => number;
  #read: number;
  #now: number;

  constructor(source: () => number) {
    this.#source = source;
    this.#read = source();
    this.#now = this.#read;
  }

  now(): number {
    const read = this.#source();
    const passed = Math.max(0, read - this.#read);
    this.#read = read;
    this.#now = Math.max(read, this.#now + passed / 2);
    return Math.floor(this.#now);
  }

  continueFrom(at: number): void {
    this.#now = Math.max(this.#now, at);
  }
}
