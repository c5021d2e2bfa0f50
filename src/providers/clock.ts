/** The one source of time of an embedded store: replaceable, so that a virtual clock can drive everything. */
export type Clock = () => number;

/**
 * Milliseconds since 1970 by the machine's clock. Taken as it is now, because inside orchestrations the global `Date`
 * will be made deterministic, and a store must never be told that time.
 */
export const systemClock: Clock = Date.now;

/** The readings of a clock in whole milliseconds that stand still, instead of going back, when the clock is set back. */
export function neverDecreasing(clock: Clock): Clock {
  let latest = 0;
  return () => {
    latest = Math.max(latest, Math.floor(clock()));
    return latest;
  };
}
