import { orchestration } from "../../../src/definition/index.ts";
import { scenario } from "../scenario.ts";

/** Timers in a row, at a date, side by side, and one that is not waited for. */
const year = orchestration("year", async (ctx) => {
  const seen: string[] = [];
  const note = (what: string) => seen.push(`${what} ${new Date(ctx.now()).toISOString()}`);
  await ctx.sleep("30d");
  note("month");
  await ctx.sleepUntil(new Date("2026-06-01T12:00:00Z"));
  note("summer");
  await ctx.sleepUntil(new Date("2026-01-02T00:00:00Z"));
  note("long past");
  await Promise.all([ctx.sleep("2h").then(() => note("second")), ctx.sleep("1h").then(() => note("first"))]);
  await Promise.race([ctx.sleep("100d"), ctx.sleep(1)]);
  note("end");
  return seen;
});

export const recorded = scenario({
  orchestrations: [year],
  async run(env) {
    await (await env.start(year, undefined, { instanceId: "year-1" })).result();
    return ["year-1"];
  },
});
