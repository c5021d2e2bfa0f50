/**
 * How long a dispatcher sleeps when nothing wakes it. Every wake-up is pushed; this is for the one that got lost. With
 * three dispatchers, and a sweep every nine seconds, an idle node asks its store one question every five seconds,
 * besides renewing its lease.
 */
export const safetyNetMs = 45_000;
