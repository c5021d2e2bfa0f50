// A node whose event loop an activity blocks until a file is there.
import { existsSync } from "node:fs";
import { consoleLogger } from "../../../src/observability/index.ts";
import { Runtime } from "../../../src/runtime/index.ts";
import { type Address, openAt } from "../../support/store-address.ts";
import { blockable } from "../blockable.ts";

export interface BlockingArgument {
  readonly address: Address;
  readonly until: string;
  readonly leaseMs: number;
}

const { address, until, leaseMs } = JSON.parse(process.argv[2] as string) as BlockingArgument;
const clock = new Int32Array(new SharedArrayBuffer(4));

const { orchestrations, activities } = blockable((attempt) => {
  if (attempt > 1) return;
  console.log("blocked");
  while (!existsSync(until)) Atomics.wait(clock, 0, 0, 5);
  console.log("not blocked any more");
});
await Runtime.start({
  provider: await openAt(address),
  orchestrations,
  activities,
  leaseDuration: leaseMs,
  logger: consoleLogger({ level: "warn" }),
});
