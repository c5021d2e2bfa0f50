import type { FiredTimers } from "../contract.ts";
import type { Store } from "./store.ts";

interface FireTimers {
  readonly partitions: readonly number[];
  readonly limit: number;
}

interface Fired {
  readonly store_now: number;
  readonly fired: number;
  readonly next_due_at: number | null;
  readonly first_due: (number | null)[] | null;
}

/**
 * As many as one transaction fires at first. When so many are due together, the last of them are late by how long the
 * server works on all, so it works on the rest in two connections at a time.
 */
const fewTimers = 100;

export async function fireTimers(store: Store, request: FireTimers): Promise<FiredTimers> {
  const partitions = [...new Set(request.partitions)];
  let answer: FiredTimers = { storeNow: 0, fired: 0, nextDueAt: null };
  const fire = async (...parts: readonly FireTimers[]) => {
    const settled = await Promise.allSettled(parts.map((part) => fireOnce(store, part)));
    const fired = settled.filter((one) => one.status === "fulfilled").map(({ value }) => value);
    if (fired.length > 0) answer = together(answer.fired, fired);
    for (const one of settled) if (one.status === "rejected") throw one.reason;
  };
  const left = () => request.limit - answer.fired;
  try {
    await fire({ partitions, limit: Math.min(request.limit, fewTimers) });
    if (answer.fired < fewTimers) return answer;
    const middle = partitions.length >> 1;
    const half = left() >> 1;
    if (middle > 0 && half > 0) {
      await fire(
        { partitions: partitions.slice(0, middle), limit: half },
        { partitions: partitions.slice(middle), limit: half },
      );
    }
    // One half may have had more of them than the other.
    if (left() > 0 && isDue(answer)) await fire({ partitions, limit: left() });
    return answer;
  } finally {
    // Only now, and not piece by piece: the turns of the first timers would come before the rest have fired. Should the
    // server be slow to fire the rest, the first wait as long.
    store.hints.changed({ instances: answer.fired > 0 });
  }
}

function together(firedBefore: number, parts: readonly FiredTimers[]): FiredTimers {
  const dueAts = parts.flatMap(({ nextDueAt }) => nextDueAt ?? []);
  return {
    storeNow: Math.max(...parts.map(({ storeNow }) => storeNow)),
    fired: parts.reduce((sum, { fired }) => sum + fired, firedBefore),
    nextDueAt: dueAts.length === 0 ? null : Math.min(...dueAts),
  };
}

const isDue = ({ storeNow, nextDueAt }: FiredTimers): boolean => nextDueAt !== null && nextDueAt <= storeNow;

async function fireOnce({ db, lowWater }: Store, { partitions, limit }: FireTimers): Promise<FiredTimers> {
  const scan = lowWater.begin(partitions.map((partition) => `timers ${partition}`));
  const row = await db.callOften<Fired>("fire_timers", partitions, scan.floors, limit);
  const { store_now: storeNow, fired, next_due_at: nextDueAt } = row;
  scan.end(row.first_due ?? [], storeNow);
  return { storeNow, fired, nextDueAt };
}
