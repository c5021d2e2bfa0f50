import type { Host, HostTimer } from "../../src/host/index.ts";
import type { Dice } from "./dice.ts";
import type { Entry, Scheduler } from "./scheduler.ts";

/**
 * A process of the simulated world, and the host of what runs in it. Whatever reaches it comes through `deliver`, so a
 * frozen one gets nothing until it thaws, and a dead one nothing ever again.
 */
export class SimProcess implements Host {
  readonly name: string;
  readonly #scheduler: Scheduler;
  readonly #dice: Dice;
  readonly #timers = new Map<HostTimer, Entry>();
  readonly #startedAt: number;
  /** How fast its clock goes, by the world's. */
  readonly #rate: number;
  #state: "running" | "frozen" | "dead" = "running";
  #deferred: (() => void)[] = [];

  constructor(name: string, scheduler: Scheduler, dice: Dice, rate: number) {
    this.name = name;
    this.#scheduler = scheduler;
    this.#dice = dice;
    this.#rate = rate;
    this.#startedAt = scheduler.now;
  }

  get isDead(): boolean {
    return this.#state === "dead";
  }

  get isFrozen(): boolean {
    return this.#state === "frozen";
  }

  deliver(action: () => void): void {
    if (this.#state === "running") action();
    else if (this.#state === "frozen") this.#deferred.push(action);
  }

  kill(): void {
    this.#state = "dead";
    this.#deferred = [];
    for (const entry of this.#timers.values()) entry.run = null;
    this.#timers.clear();
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.after(ms, resolve));
  }

  /** As SIGSTOP does, or a long collection of garbage. */
  freeze(): void {
    if (this.#state === "running") this.#state = "frozen";
  }

  /** What came meanwhile is delivered now, each in a step of its own. */
  thaw(): void {
    if (this.#state !== "frozen") return;
    this.#state = "running";
    for (const action of this.#deferred.splice(0)) this.#scheduler.after(0, () => this.deliver(action));
  }

  now(): number {
    return 1_000 + (this.#scheduler.now - this.#startedAt) * this.#rate;
  }

  after(ms: number, action: () => void): HostTimer {
    const timer = Symbol();
    this.#set(timer, ms, () => {
      this.#timers.delete(timer);
      action();
    });
    return timer;
  }

  every(ms: number, action: () => void): HostTimer {
    const timer = Symbol();
    const again = (): void => {
      this.#set(timer, ms, again);
      action();
    };
    this.#set(timer, ms, again);
    return timer;
  }

  cancel(timer: HostTimer | undefined): void {
    if (timer === undefined) return;
    const entry = this.#timers.get(timer);
    if (entry !== undefined) entry.run = null;
    this.#timers.delete(timer);
  }

  soon(action: () => void): void {
    this.#scheduler.after(0, () => this.deliver(action));
  }

  random(): number {
    return this.#dice.next();
  }

  newId(): string {
    return this.#dice.id();
  }

  #set(timer: HostTimer, ms: number, action: () => void): void {
    const run = (): void => {
      // One that was cancelled while the process was frozen must not fire.
      this.deliver(() => {
        if (this.#timers.get(timer) === entry) action();
      });
    };
    const entry: Entry = this.#scheduler.after(Math.max(1, ms) / this.#rate, run);
    this.#timers.set(timer, entry);
  }
}
