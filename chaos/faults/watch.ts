import { setTimeout as delay } from "node:timers/promises";
import type { Battlefield } from "../battlefield.ts";
import type { Berth } from "../fleet.ts";
import type { Execution } from "../ledger/ledger-reader.ts";
import { now } from "../ledger/ledger-writer.ts";
import type { Random } from "../random.ts";

/** What a process has begun, and somebody else has to do if it never ends there. */
export function begunBy(field: Battlefield, pid: number): Execution[] {
  return field.ledger
    .read()
    .inFlight(pid)
    .filter(({ isFirm }) => isFirm);
}

/** Waits until another process has begun what this one had: it lost its ability to do so at that instant. */
export async function takenOver(field: Battlefield, begun: readonly Execution[], since: number): Promise<void> {
  for (const { key, pid, instanceId } of begun) {
    const again = await field.until(`${key} of ${instanceId} was taken over`, field.leaseMs + 30_000, () =>
      field.ledger.byKey.get(key)?.find((other) => other.pid !== pid && other.beganAt > since),
    );
    if (again !== undefined && field.isCalm) field.bounds.note("takeover", again.beganAt - since);
  }
}

/** Waits until a lease that was held at this instant is over for a while. */
export async function pastLease(field: Battlefield, since: number, random: Random): Promise<void> {
  await delay(Math.max(0, since + field.leaseMs + random.between(200, 700) - now()));
}

/** Waits until anything is begun after this instant, at which the server was there again. */
export async function firstClaim(field: Battlefield, since: number): Promise<void> {
  const at = await field.until("anything was claimed", 30_000, () => field.ledger.firstBeginAfter(since));
  if (at !== undefined && field.isCalm) field.bounds.note("first claim", at - since);
}

/** Waits until this process begins something after this instant, unless another fault has ended it. */
export async function backAtWork(field: Battlefield, berth: Berth, since: number): Promise<void> {
  const { program } = berth;
  const { pid } = program;
  const at = await field.until(`process ${pid} works again`, field.leaseMs + 30_000, () =>
    berth.program !== program || berth.isEnding ? Infinity : field.ledger.firstBeginAfter(since, pid),
  );
  if (at !== undefined && at !== Infinity && field.isCalm) field.bounds.note("back at work", at - since);
}
