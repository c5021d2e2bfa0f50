/** Transactions that began so long before a scan may commit after it what they have dated earlier. */
const marginMs = 5_000;
/** What was dated even earlier, or by a clock that was set back, is found by a scan of everything, now and then. */
const fullScanEveryMs = 20_000;

/** One look into some queues. */
export interface Scan {
  /** Where it is to begin in each of them. */
  readonly floors: readonly number[];
  /** Takes in the first instants that it came upon, null where a queue was empty. */
  readonly end: (firsts: readonly (number | null)[], storeNow: number) => void;
}

/**
 * For each queue, the instant before which nothing is left in it. Scans begin there: below it may lie any number of
 * rows that are done with, and that a long-running reader keeps from being vacuumed.
 */
export class LowWater {
  #known = new Map<string, { floor: number; fullScanAt: number }>();

  begin(queues: readonly string[]): Scan {
    const beganAt = performance.now();
    const known = this.#known;
    const floors = this.floors(queues);
    return {
      floors,
      end: (firsts, storeNow) => {
        // What is old and has come since it began it need not have seen.
        if (known !== this.#known) return;
        for (const [index, queue] of queues.entries()) {
          const floor = Math.min(firsts[index] ?? storeNow, storeNow) - marginMs;
          const before = known.get(queue);
          if (before === undefined || floors[index] === 0) {
            known.set(queue, { floor, fullScanAt: beganAt + fullScanEveryMs });
          } else before.floor = Math.min(Math.max(before.floor, floor), storeNow);
        }
      },
    };
  }

  floors(queues: readonly string[]): number[] {
    const now = performance.now();
    return queues.map((queue) => {
      const known = this.#known.get(queue);
      return known === undefined || known.fullScanAt <= now ? 0 : known.floor;
    });
  }

  /** Something old has come, or come back with the date that it had: the next scan is one of everything. */
  forget(): void {
    this.#known = new Map();
  }
}

/** Whether what was committed with this date could lie below where others begin to look. */
export const isOld = (date: number, storeNow: number): boolean => date < storeNow - marginMs / 2;

/** A statement that took so long may have dated what it committed by when it began. */
export const longForDates = marginMs / 2;
