/**
 * What a node, a client or an embedded store takes from the process that it lives in, besides storage: time that
 * passes, turns of the event loop, and chance. Whoever simulates a world gives one of their own, and so decides all of
 * it.
 */
export interface Host {
  /** Monotonic milliseconds, from any origin. */
  now(): number;
  /** Calls `action` once. The delay is at most what `setTimeout` can hold: see `longestTimerMs`. */
  after(ms: number, action: () => void): HostTimer;
  every(ms: number, action: () => void): HostTimer;
  cancel(timer: HostTimer | undefined): void;
  /** Resolves after so long, and does not keep the process alive until then. */
  pause(ms: number): Promise<void>;
  /** Calls `action` when everything that is ready in this pass of the event loop has had its turn. */
  soon(action: () => void): void;
  /** From 0 up to, not including, 1. */
  random(): number;
  /** Never given before, to anybody. */
  newId(): string;
}

export type HostTimer = NodeJS.Timeout | symbol;

// What setTimeout can hold. A longer wait simply looks again.
export const longestTimerMs = 2_147_483_647;
