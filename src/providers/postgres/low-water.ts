/** Transactions that began so long before a scan may commit after it what they have dated earlier. */
const marginMs = 5_000;
/** What was dated even earlier, or by a clock that was set back, is found by a scan of everything, now and then. */
const fullScanEveryMs = 20_000;

/**
 * For each queue, the instant before which nothing is left in it. Scans begin there: below it may lie any number of rows
 * that are done with, and that a long-running reader keeps from being vacuumed.
 */
export class LowWater {
  readonly #floors = new Map<string, { floor: number; fullScanAt: number }>();

  /** Where the scan of each of these queues is to begin. */
  floors(queues: readonly string[]): number[] {
    const now = performance.now();
    return queues.map((queue) => {
      const known = this.#floors.get(queue);
      return known === undefined || known.fullScanAt <= now ? 0 : known.floor;
    });
  }

  /** Takes in the first instants that scans from these floors came upon, null where a queue was empty. */
  scanned(
    queues: readonly string[],
    scan: {
      readonly floors: readonly number[];
      readonly firsts: readonly (number | null)[];
      readonly storeNow: number;
    },
  ): void {
    const fullScanAt = performance.now() + fullScanEveryMs;
    for (const [index, queue] of queues.entries()) {
      const floor = Math.min(scan.firsts[index] ?? scan.storeNow, scan.storeNow) - marginMs;
      const known = this.#floors.get(queue);
      if (known === undefined || scan.floors[index] === 0) this.#floors.set(queue, { floor, fullScanAt });
      else known.floor = Math.min(Math.max(known.floor, floor), scan.storeNow);
    }
  }
}
