import { activity, orchestration } from "../../../src/definition/index.ts";
import { scenario } from "../scenario.ts";

const retry = { maxAttempts: 7, initialInterval: "1m", backoff: 1, jitter: 0 } as const;
const erratic = activity("erratic", { retry }, async (ctx, failures: number) => {
  if (ctx.attempt > failures) return ctx.attempt;
  const cause = new Error(`line ${ctx.attempt} is busy`);
  throw Object.assign(new Error(`attempt ${ctx.attempt} failed`, { cause }), { code: `E${ctx.attempt}` });
});

/**
 * What of the attempts that failed is kept with the end of an activity: the last few, once it has worked and once not.
 */
const persistent = orchestration("persistent", async (ctx) => {
  const later = await ctx.activity(erratic, 6);
  return await ctx.activity(erratic, 9).catch((error: Error) => `${later}, then ${error.message}`);
});

export const recorded = scenario({
  orchestrations: [persistent],
  activities: [erratic],
  async run(env) {
    await (await env.start(persistent, undefined, { instanceId: "persistent-1" })).result();
    return ["persistent-1"];
  },
});
