import { now } from "../ledger/ledger-writer.ts";
import { type Fault, onBoth } from "./fault.ts";
import { backAtWork, begunBy, pastLease, takenOver } from "./watch.ts";

/** SIGSTOP for longer than the lease, takeover by the others, SIGCONT: what goes on then is a zombie. */
export const pause: Fault = {
  kind: "pause",
  stores: onBoth,
  async strike(field, random) {
    const berth = random.pick(field.fleet.berths);
    const { pid } = berth.program;
    await field.fleet.pause(berth);
    const from = now();
    await takenOver(field, begunBy(field, pid), from);
    await pastLease(field, from, random);
    const to = now();
    field.isolations.push({ pid, what: "stopped", from, to });
    berth.program.kill("SIGCONT");
    await backAtWork(field, berth, to);
  },
};
