/** Transactions that began so long before a scan may commit after it what they have dated earlier. */
const marginMs = 5_000;
/** What was dated even earlier, or by a clock that was set back, is found by a scan of everything, now and then. */
const fullScanEveryMs = 20_000;
/** What another process hands back keeps its date. So after news from others a scan of everything is never far off. */
const fullScanOnNewsMs = 1_000;

/**
 * For each queue, the instant before which nothing is left in it. Scans begin there: below it may lie any number of
 * rows that are done with, and that a long-running reader keeps from being vacuumed.
 */
export class LowWater {
  readonly #floors = new Map<string, { floor: number; fullScanAt: number; scannedAt: number }>();

  /** Where the scan of each of these queues is to begin. */
  floors(queues: readonly string[]): number[] {
    const now = performance.now();
    return queues.map((queue) => {
      const known = this.#floors.get(queue);
      return known === undefined || known.fullScanAt <= now ? 0 : known.floor;
    });
  }

  /** Another process has committed something. */
  loosen(): void {
    for (const known of this.#floors.values()) {
      known.fullScanAt = Math.min(known.fullScanAt, known.scannedAt + fullScanOnNewsMs);
    }
  }

  /** Something has come back with the date that it had: the next scan is one of everything. */
  forget(): void {
    this.#floors.clear();
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
    const scannedAt = performance.now();
    const fullScanAt = scannedAt + fullScanEveryMs;
    for (const [index, queue] of queues.entries()) {
      const floor = Math.min(scan.firsts[index] ?? scan.storeNow, scan.storeNow) - marginMs;
      const known = this.#floors.get(queue);
      if (known === undefined || scan.floors[index] === 0) this.#floors.set(queue, { floor, fullScanAt, scannedAt });
      else known.floor = Math.min(Math.max(known.floor, floor), scan.storeNow);
    }
  }
}
