import { safetyNetMs } from "./safety-net.ts";

export interface Answer {
  readonly storeNow: number;
  /** When there will be something to take. */
  readonly nextAt: number | null;
  readonly foundNothing: boolean;
}

/** How long to wait before looking again. */
export function untilDue({ storeNow, nextAt, foundNothing }: Answer): number {
  if (nextAt === null) return safetyNetMs;
  // Somebody else is just taking it; or the store's clock was set back, and what is known of it was not. Both pass.
  if (foundNothing && nextAt <= storeNow) return notYetMs;
  return Math.min(safetyNetMs, Math.max(1, nextAt - storeNow));
}

const notYetMs = 25;
