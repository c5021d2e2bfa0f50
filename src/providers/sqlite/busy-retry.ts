import { StorageError } from "../../errors/index.ts";
import { type Host, processHost } from "../../host/index.ts";
import { isBusy } from "./sqlite-errors.ts";

/** How long a lock held by others is waited for before the caller hears of it. */
export const busyLimitMs = 30_000;

/** Does `step` again, without blocking the event loop, for as long as SQLite says that the database is locked. */
export async function retryWhileBusy<T>(step: () => T, limitMs = busyLimitMs): Promise<T> {
  const startedAt = processHost.now();
  for (let tries = 0; ; tries += 1) {
    try {
      return step();
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (processHost.now() - startedAt > limitMs) throw lockedError(limitMs, error);
    }
    await processHost.pause(busyPauseMs(processHost, tries));
  }
}

/**
 * Random, so that processes that collided once do not collide for ever. Short, because commits are, and because whoever
 * sleeps misses the moments between those of a busy neighbour: pauses of 40 ms starved a process for a second.
 */
export function busyPauseMs(host: Host, tries: number): number {
  return 1 + host.random() * Math.min(1 + tries, 6);
}

export function lockedError(limitMs: number, cause: unknown): StorageError {
  return new StorageError(
    `Another process held the lock of this SQLite database for more than ${limitMs / 1000} s. ` +
      `Find what keeps a write transaction open, such as a SQLite shell or a backup.`,
    { cause },
  );
}
