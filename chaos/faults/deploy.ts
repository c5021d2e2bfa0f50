import { type Fault, onBoth } from "./fault.ts";

/** SIGTERM, and a new process as soon as the old one has handed back what it had. */
export const deploy: Fault = {
  kind: "deploy",
  stores: onBoth,
  async strike({ fleet }, random) {
    const berth = random.pick(fleet.staying);
    await fleet.stop(berth);
    await fleet.restart(berth);
  },
};
