import { type Fault, onPostgres } from "./fault.ts";

/** All connections of a node lead nowhere, without a word to either side. */
export const halfOpen: Fault = {
  kind: "half-open",
  stores: onPostgres,
  async strike(field, random) {
    const { proxy, program } = random.pick(field.fleet.berths);
    const gaveUp = proxy?.goHalfOpen().map(async ({ noticed }) => {
      const ms = await noticed;
      if (field.isCalm) field.bounds.note("half-open noticed", ms);
    });
    let all: boolean | undefined;
    void Promise.all(gaveUp ?? []).then(() => (all = true));
    await field.until(`process ${program.pid} gave up its dead connections`, 60_000, () => all);
  },
};
