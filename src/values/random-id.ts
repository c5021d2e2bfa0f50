import { randomFillSync } from "node:crypto";

/**
 * A new id of 16 url-safe characters: 95 bits that no other process has, 72 of them random for each id. It starts with
 * a letter, so that it is also safe as a command-line argument. Ids that follow one another in a process begin alike:
 * in an index they are neighbours, so that a start touches the page of the start before it, and not one page of its own
 * for each instance that a store has ever held.
 */
export function randomId(): string {
  if (used === pool.length) refill();
  const start = used;
  used += idBytes;
  return pool.toString("base64url", start, used);
}

/** One call into the system's generator for many ids: a call costs ten times as much as an id. */
function refill(): void {
  randomFillSync(pool);
  beginning = ((beginning ?? pool.readUIntBE(0, 3)) + 1) & 0x7f_ff_ff;
  for (let start = 0; start < pool.length; start += idBytes) pool.writeUIntBE(beginning, start, 3);
  used = 0;
}

const idBytes = 12;
const pool = Buffer.alloc(idBytes * 256);
let used = pool.length;
let beginning: number | undefined;
