import { InvalidArgumentError } from "../errors/index.ts";
import { type Clock, systemClock } from "../providers/clock.ts";
import { type Duration, parseDuration, parseInstant } from "../values/index.ts";

/**
 * A store's clock for tests: it stands still until it is moved, and then everything that waits for a time looks again.
 * Years pass at once.
 *
 *     const clock = virtualClock();
 *     const provider = await SqliteProvider.open(":memory:", { clock });
 *     ...
 *     clock.advance("7d");
 *
 * Leases of nodes do not go by it but by the machine's clock: a test that skips ten years has not stopped its nodes for
 * ten years. So an advance takes no lease away, and a node that really dies is replaced after a lease of real time.
 */
export interface VirtualClock extends Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Throws `InvalidArgumentError` for what is not a duration. */
  advance(by: Duration): void;
  /** Throws `InvalidArgumentError` for a time that is past, or none. */
  advanceTo(at: Date | number): void;
}

/** Makes a clock that stands still until it is moved. It starts at the machine's time unless told otherwise. */
export function virtualClock(options: { readonly startAt?: Date | number } = {}): VirtualClock {
  let time = parseInstant(options.startAt ?? Date.now(), "startAt");
  const listeners = new Set<() => void>();
  const now = (): number => time;
  const advanceTo = (at: Date | number): void => {
    const target = parseInstant(at, "advanceTo");
    if (target < time) {
      throw new InvalidArgumentError(
        `advanceTo: ${new Date(target).toISOString()} is past; it is ${new Date(time).toISOString()}. Time only advances.`,
      );
    }
    time = target;
    for (const listener of listeners) listener();
  };
  return Object.assign(() => time, {
    now,
    advanceTo,
    advance: (by: Duration): void => advanceTo(time + parseDuration(by, "advance")),
    leaseTime: systemClock,
    onMove(listener: () => void): () => void {
      // A function of its own, so that one listener can be added twice.
      const entry = (): void => listener();
      listeners.add(entry);
      return () => void listeners.delete(entry);
    },
  });
}
