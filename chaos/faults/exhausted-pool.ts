import { hasOwnPool } from "../battlefield.ts";
import { now } from "../ledger/ledger-writer.ts";
import { type Fault, onPostgres } from "./fault.ts";
import { backAtWork } from "./watch.ts";

/**
 * The rest of the program takes all connections of the pool that it shares with its node, for longer than the lease.
 */
export const exhaustedPool: Fault = {
  kind: "exhausted pool",
  stores: onPostgres,
  async strike(field, random) {
    const berth = random.pick(field.fleet.berths.filter(({ number }) => hasOwnPool(number)));
    const { program } = berth;
    berth.exhausted += 1;
    program.kill("SIGUSR2");
    // Another fault may end it first.
    await program.printed(`pool free again, time ${berth.exhausted}`).catch(() => undefined);
    if (berth.program === program && !berth.isEnding) await backAtWork(field, berth, now());
  },
};
