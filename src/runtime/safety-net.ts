/**
 * How long a dispatcher sleeps when nothing wakes it. Every wake-up is pushed; this is for the one that got lost. With
 * three dispatchers, and a sweep of two questions every eight seconds, an idle node asks its store one question every
 * three seconds, besides renewing its lease.
 */
export const safetyNetMs = 30_000;
