import { randomFillSync } from "node:crypto";

/**
 * A new id of 16 url-safe characters with 95 random bits. It starts with a letter, so that it is also safe as a
 * command-line argument.
 */
export function randomId(): string {
  // One call into the system's generator for many ids: a call costs ten times as much as an id.
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const start = used;
  used += idBytes;
  pool[start] = (pool[start] ?? 0) & 0x7f;
  return pool.toString("base64url", start, used);
}

const idBytes = 12;
const pool = Buffer.alloc(idBytes * 256);
let used = pool.length;
