import type { Wake } from "../contract.ts";

/**
 * What a process tells the others of its changes: of what kind they were, so that whoever has nothing to look for does
 * not look; but not which instances they were about, because whoever may connect to the database can listen.
 */
export interface News {
  /** There may be something with an old date. Then it could be anything, and all have to look from the beginning. */
  readonly isOld: boolean;
  readonly instances: boolean;
  readonly work: boolean;
  readonly timerDueAt: number | null;
  readonly changed: boolean;
  readonly ended: boolean;
}

export const anything: Wake = { instances: true, work: true, timerDueAt: null, changed: null, ended: null };

export const oldNews: News = {
  isOld: true,
  instances: true,
  work: true,
  timerDueAt: null,
  changed: true,
  ended: true,
};

/** Instances were started, and nothing else has happened. */
export const newsOfStarts: News = {
  isOld: false,
  instances: true,
  work: false,
  timerDueAt: null,
  changed: true,
  ended: false,
};

export function newsOf({ instances, work, timerDueAt, changed, ended }: Wake): News {
  return { isOld: false, instances, work, timerDueAt, changed: changed?.length !== 0, ended: ended?.length !== 0 };
}

/** As those are woken who hear of it. */
export function wakeOf({ isOld, instances, work, timerDueAt, changed, ended }: News): Wake {
  if (isOld) return anything;
  return {
    instances,
    work,
    timerDueAt: timerDueAt ?? (changed ? Infinity : null),
    changed: changed ? null : [],
    ended: ended ? null : [],
  };
}

/** Several changes are told as one. */
export function together(one: News | null, other: News): News {
  if (one === null) return other;
  const dueAt = Math.min(one.timerDueAt ?? Infinity, other.timerDueAt ?? Infinity);
  return {
    isOld: one.isOld || other.isOld,
    instances: one.instances || other.instances,
    work: one.work || other.work,
    timerDueAt: dueAt === Infinity ? null : dueAt,
    changed: one.changed || other.changed,
    ended: one.ended || other.ended,
  };
}
