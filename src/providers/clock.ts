/** The one source of time of an embedded store: replaceable, so that a virtual clock can drive everything. */
export type Clock = () => number;

/**
 * Milliseconds since 1970 by the machine's clock. Taken as it is now, because inside orchestrations the global `Date`
 * will be made deterministic, and a store must never be told that time.
 */
export const systemClock: Clock = Date.now;
