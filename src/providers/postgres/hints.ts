// Imported, because orchestrations see global timers that throw.
import { setImmediate } from "node:timers";
import { captureContext } from "../../values/index.ts";
import type { Wake } from "../contract.ts";
import type { LowWater } from "./low-water.ts";
import { anything, type News, newsOf, oldNews, wakeOf } from "./news.ts";

const nothing: Wake = { instances: false, work: false, timerDueAt: null, changed: [], ended: [] };

export interface HintsOptions {
  readonly lowWater: LowWater;
  /** Carries the news to other processes. */
  readonly onOwnChange: (news: News) => void;
  /** Something has come with an old date, here or elsewhere: mostly because a node has left. */
  readonly onOld: () => void;
}

/** Tells those in this process who want to hear of changes, and whoever carries the news to the others. */
export class Hints {
  readonly #listeners = new Set<(wake: Wake) => void>();
  readonly #options: HintsOptions;
  // Listeners must not run in the async context of whoever happened to write, which may be an orchestration's.
  readonly #inOwnContext = captureContext();

  constructor(options: HintsOptions) {
    this.#options = options;
  }

  add(listener: (wake: Wake) => void): () => void {
    // A function of its own, so that one listener can be added twice.
    const entry = (wake: Wake) => listener(wake);
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  clear(): void {
    this.#listeners.clear();
  }

  /** Something was committed here. The one who asked for it hears of it first. */
  changed(change: Partial<Wake>): void {
    const wake = { ...nothing, ...change };
    if (!wake.instances && !wake.work && wake.timerDueAt === null && wake.changed?.length === 0) return;
    setImmediate(() => this.#inOwnContext(() => this.#emit(wake)));
    this.#options.onOwnChange(newsOf(wake));
  }

  /** As `changed`, of what may be dated in the past: those who look have to begin at the beginning. */
  cameOld(change: Partial<Wake>): void {
    this.#forgetDates();
    setImmediate(() => this.#inOwnContext(() => this.#emit({ ...nothing, ...change })));
    this.#options.onOwnChange(oldNews);
  }

  /** Something was committed here, and nobody knows what: everybody has to look, here and elsewhere. */
  committedUnheard(): void {
    this.cameOld(anything);
  }

  changedElsewhere(news: News): void {
    if (news.isOld) this.#forgetDates();
    this.#inOwnContext(() => this.#emit(wakeOf(news)));
  }

  #forgetDates(): void {
    this.#options.lowWater.forget();
    this.#options.onOld();
  }

  #emit(wake: Wake): void {
    for (const listener of this.#listeners) listener(wake);
  }
}

/** What a node that has left may have been the only one to know of: all of it, timers and ends included. */
export const leftBehind: Partial<Wake> = anything;
