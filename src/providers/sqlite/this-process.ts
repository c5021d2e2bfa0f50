import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Names this process, so that another one on the same machine can tell whether it still runs. */
export const thisProcess = (): string => `${place}#${process.pid}`;

/**
 * Whether a process certainly runs no more: then nobody has to wait for its lease to expire. Of a process of another
 * machine or container, whose numbers mean nothing here, that is never certain.
 */
export function hasDied(name: string): boolean {
  const cut = name.lastIndexOf("#");
  if (name.slice(0, cut) !== place) return false;
  try {
    process.kill(Number(name.slice(cut + 1)), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

// Process numbers are counted anew in every container, and after every start of the machine.
const place = [
  hostname(),
  read(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()),
  read(() => readlinkSync("/proc/self/ns/pid")),
].join(" ");

function read(source: () => string): string {
  try {
    return source();
  } catch {
    return "-"; // Not Linux.
  }
}
