import { isLockWait, isRefusal } from "./postgres-errors.ts";

/** Of several calls together: more would save nothing, and keep those that follow waiting. */
const maxItems = 500;
/** As long as any statement may take. */
const patienceMs = 10_000;

/**
 * Runs together what is asked for while the run before is under way, in the order of asking. So what one process asks
 * for one after the other is not overtaken by itself on another connection.
 */
export class Gathered<Item, Answer> {
  readonly #run: (items: readonly Item[]) => Promise<readonly Answer[]>;
  #waiting: Waiting<Item, Answer>[] = [];
  #isRunning = false;

  /** `run` answers for each item, in order. */
  constructor(run: (items: readonly Item[]) => Promise<readonly Answer[]>) {
    this.#run = run;
  }

  add(items: readonly Item[]): Promise<readonly Answer[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ items, resolve, reject });
      if (!this.#isRunning) void this.#runAll();
    });
  }

  async #runAll(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.length > 0) await this.#runTogether(this.#take());
    this.#isRunning = false;
  }

  /** What has waited longest, however much it is, and what fits in beside it. */
  #take(): Waiting<Item, Answer>[] {
    let count = 0;
    let items = 0;
    for (const waiting of this.#waiting) {
      items += waiting.items.length;
      if (count > 0 && items > maxItems) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  async #runTogether(group: readonly Waiting<Item, Answer>[]): Promise<void> {
    try {
      const answers = await this.#run(group.flatMap(({ items }) => items));
      let from = 0;
      for (const { items, resolve } of group) resolve(answers.slice(from, (from += items.length)));
    } catch (error) {
      // What nobody has answered may have taken effect. What was refused has not, and only one may be to blame.
      if (group.length > 1 && (isRefusal(error) || isLockWait(error))) {
        for (const part of group) await this.#runTogether([part]);
      } else if (isLockWait(error)) {
        for (const part of group) void this.#insist(part);
      } else {
        for (const { reject } of group) reject(error as Error);
      }
    }
  }

  /** What waits for somebody else waits apart, and holds up nobody. */
  async #insist({ items, resolve, reject }: Waiting<Item, Answer>): Promise<void> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      try {
        return resolve(await this.#run(items));
      } catch (error) {
        if (!isLockWait(error) || performance.now() > deadline) return reject(error as Error);
      }
    }
  }
}

interface Waiting<Item, Answer> {
  readonly items: readonly Item[];
  readonly resolve: (answers: readonly Answer[]) => void;
  readonly reject: (error: Error) => void;
}
