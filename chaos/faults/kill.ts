import { type Fault, onBoth } from "./fault.ts";
import { begunBy, takenOver } from "./watch.ts";

/** SIGKILL, and another process in its place. */
export const kill: Fault = {
  kind: "kill",
  stores: onBoth,
  async strike(field, random) {
    const berth = random.pick(field.fleet.staying);
    const { pid } = berth.program;
    const at = await field.fleet.kill(berth);
    const restarted = field.fleet.restart(berth);
    await takenOver(field, begunBy(field, pid), at);
    await restarted;
  },
};
