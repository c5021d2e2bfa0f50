import { now } from "../ledger/ledger-writer.ts";
import { type Fault, onPostgres } from "./fault.ts";
import { backAtWork, begunBy, pastLease, takenOver } from "./watch.ts";

/** A node that goes on without its server for longer than the lease; what it sent meanwhile arrives afterwards. */
export const cutOff: Fault = {
  kind: "cut off",
  stores: onPostgres,
  async strike(field, random) {
    const berth = random.pick(field.fleet.berths.filter(({ proxy }) => proxy !== null));
    const { pid } = berth.program;
    berth.proxy?.cutOff();
    const from = now();
    await takenOver(field, begunBy(field, pid), from);
    await pastLease(field, from, random);
    const to = now();
    field.isolations.push({ pid, what: "cut off", from, to });
    berth.proxy?.heal();
    await backAtWork(field, berth, to);
  },
};
