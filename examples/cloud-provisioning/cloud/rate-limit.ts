export interface RateLimit {
  readonly perSecond: number;
  readonly burst: number;
}

/** A token bucket: 0 if the request may pass, otherwise the milliseconds until one may. */
export function rateLimiter({ perSecond, burst }: RateLimit): () => number {
  let tokens = burst;
  let filledAt = performance.now();
  return () => {
    const now = performance.now();
    tokens = Math.min(burst, tokens + ((now - filledAt) / 1000) * perSecond);
    filledAt = now;
    if (tokens < 1) return ((1 - tokens) / perSecond) * 1000;
    tokens -= 1;
    return 0;
  };
}
