import { statSync } from "node:fs";
import type { StoreLoad, WorkLoad } from "../contract.ts";
import type { Connection } from "./connection.ts";

const COUNT_READY = `
  SELECT count(*), min(ready_since) FROM perdure_ownerships WHERE needs IS NOT NULL AND ready_since IS NOT NULL`;

const COUNT_OWNED = "SELECT count(*) FROM perdure_ownerships WHERE owner IS NOT NULL";

const COUNT_QUARANTINED = "SELECT count(*) FROM perdure_ownerships WHERE quarantine IS NOT NULL";

const COUNT_MESSAGES = "SELECT count(*) FROM perdure_messages";

const COUNT_WORK = `
  SELECT substr(queue, 1, instr(queue || '@', '@') - 1) AS base, name,
         count(*) FILTER (WHERE owner IS NULL AND visible_at <= ?1),
         count(*) FILTER (WHERE owner IS NULL AND visible_at > ?1),
         count(*) FILTER (WHERE owner IS NOT NULL),
         count(*) FILTER (WHERE failures + lost > 0),
         min(visible_at) FILTER (WHERE owner IS NULL AND visible_at <= ?1)
    FROM perdure_work
   GROUP BY base, name
   ORDER BY base, name`;

const COUNT_TIMERS = "SELECT count(*), min(due_at) FROM perdure_timers";

interface StorePlace {
  readonly storeNow: number;
  readonly location: string;
}

export function readLoad(db: Connection, { storeNow, location }: StorePlace): StoreLoad {
  const log = statSync(`${location}-wal`, { throwIfNoEntry: false });
  return db.snapshot(() => {
    const [ready, oldestReadyAt] = db.get<[number, number | null]>(COUNT_READY) ?? [0, null];
    const [waiting, nextDueAt] = db.get<[number, number | null]>(COUNT_TIMERS) ?? [0, null];
    const count = (sql: string) => db.get<[number]>(sql)?.[0] ?? 0;
    return {
      storeNow,
      instances: { ready, oldestReadyAt, owned: count(COUNT_OWNED), quarantined: count(COUNT_QUARANTINED) },
      messages: count(COUNT_MESSAGES),
      work: db.all<WorkColumns>(COUNT_WORK, storeNow).map(workLoad),
      timers: { waiting, nextDueAt },
      ...(log !== undefined && { logBytes: log.size }),
    };
  });
}

type WorkColumns = [string, string, number, number, number, number, number | null];

const workLoad = ([queue, name, waiting, delayed, running, retried, oldestVisibleAt]: WorkColumns): WorkLoad => ({
  queue,
  name,
  waiting,
  delayed,
  running,
  retried,
  oldestVisibleAt,
});
