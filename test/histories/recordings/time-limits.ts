import { activity, orchestration } from "../../../src/definition/index.ts";
import { scenario } from "../scenario.ts";

const slow = activity("slow", async (ctx) => {
  await new Promise((resolve) => ctx.signal.addEventListener("abort", resolve));
});
const sleeper = orchestration("sleeper", async (ctx) => ctx.sleep("100d"));

/** Whatever can be waited for, waited for too long. */
const impatient = orchestration("impatient", async (ctx) => {
  const timeout = "1h";
  const why = (error: Error) => `${error.name}: ${error.message}`;
  return [
    await ctx.subOrchestration(sleeper, undefined, { timeout, instanceId: "sleeper-1" }).then(() => "", why),
    await ctx.waitForEvent("nothing", { timeout }).then(() => "", why),
    await ctx.receive("nothing", { timeout }).then(() => "", why),
    await ctx.activity(slow, undefined, { timeout }).then(() => "", why),
  ];
});

export const recorded = scenario({
  orchestrations: [impatient, sleeper],
  activities: [slow],
  async run(env) {
    // The activity does nothing but wait for the end of its limit, so that nothing is still when it begins.
    env.stub(slow, () => undefined, { delay: "100d" });
    await (await env.start(impatient, undefined, { instanceId: "impatient-1" })).result();
    await env.settle();
    return ["impatient-1"];
  },
});
