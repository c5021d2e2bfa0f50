import type { Host } from "../host/index.ts";

/** Milliseconds before the next try, growing with the failures in a row, partly random so that nodes spread out. */
export function backoffMs(host: Host, failures: number, shortestMs = 20, longestMs = 1_000): number {
  const full = Math.min(longestMs, shortestMs * 2 ** Math.min(failures - 1, 20));
  return full / 2 + (host.random() * full) / 2;
}
