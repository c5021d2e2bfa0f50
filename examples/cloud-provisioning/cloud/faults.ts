export type Fault =
  | "none"
  /** 503, without effect. */
  | "unavailable"
  /** The connection dies before the request takes effect. */
  | "request lost"
  /** The connection dies after it: the client cannot tell which of the two it was. */
  | "answer lost";

/**
 * Decides how a request goes wrong. The seed, the request and how often it was made before decide, not the order in
 * which requests of concurrent clients happen to arrive; so a run can be repeated.
 */
export function faultGenerator(seed: number, rate: number): (request: string) => Fault {
  const seen = new Map<string, number>();
  return (request) => {
    const times = seen.get(request) ?? 0;
    seen.set(request, times + 1);
    if (fraction(`${seed} ${request} ${times}`) >= rate) return "none";
    const kind = fraction(`${seed} ${times} ${request}`);
    return kind < 0.5 ? "unavailable" : kind < 0.7 ? "request lost" : "answer lost";
  };
}

/** A number from 0 to 1 that depends on the text alone: FNV-1a, and the last steps of MurmurHash3 to spread it. */
export function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
