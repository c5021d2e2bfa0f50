import { hash, type Dice } from "./dice.ts";

export interface Entry {
  readonly at: number;
  /** Decides between entries of the same moment. */
  readonly tie: number;
  run: (() => void) | null;
}

/**
 * The one source of everything that happens: a virtual time, and a queue of what comes when. One entry runs, and all
 * that it leads to in microtasks and ticks, before the next is looked at; nothing else in the process is asynchronous.
 */
export class Scheduler {
  readonly #dice: Dice;
  readonly #heap: Entry[] = [];
  now = 0;
  steps = 0;
  #trace = 0;
  #trace2 = 0;

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  /** Of all that has been noted so far, in order. */
  get traceHash(): string {
    return `${(this.#trace >>> 0).toString(16)}-${(this.#trace2 >>> 0).toString(16)}-${this.steps}`;
  }

  /** Something happened; two runs of a seed have to note the same. */
  note(what: string): void {
    this.#trace = hash(what, Math.imul(this.#trace, 31) + this.now);
    this.#trace2 = hash(what, Math.imul(this.#trace2, 37) ^ this.#trace);
  }

  after(ms: number, run: () => void): Entry {
    const entry: Entry = { at: this.now + Math.max(0, ms), tie: this.#dice.next(), run };
    this.#push(entry);
    return entry;
  }

  /** Runs until `isDone`, or nothing is left; gives up at a moment or after so many steps. */
  async run(isDone: () => boolean, limits: { readonly until: number; readonly steps: number }): Promise<void> {
    const lastStep = this.steps + limits.steps;
    while (!isDone() && this.steps < lastStep) {
      const next = this.#heap[0];
      if (next === undefined || next.at > limits.until) {
        this.now = Math.max(this.now, limits.until);
        return;
      }
      const { at, run } = this.#pop() as Entry;
      if (run === null) continue;
      this.now = at;
      this.steps += 1;
      run();
      // A turn of the real event loop: every microtask and every tick has run by then.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(entry, heap[parent] as Entry)) break;
      heap[index] = heap[parent] as Entry;
      index = parent;
    }
    heap[index] = entry;
  }

  #pop(): Entry | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Entry, heap[child] as Entry)) child += 1;
      if (!isBefore(heap[child] as Entry, last)) break;
      heap[index] = heap[child] as Entry;
      index = child;
    }
    heap[index] = last;
    return top;
  }
}

const isBefore = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.tie < b.tie);
