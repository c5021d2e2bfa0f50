import { activity, orchestration } from "../../../src/definition/index.ts";
import { type ActivityError, NonRetryableError } from "../../../src/errors/index.ts";
import { scenario } from "../scenario.ts";

const retry = { maxAttempts: 4, initialInterval: "1m", jitter: 0 } as const;
const flaky = activity("flaky", { retry }, async (ctx, failures: number) => {
  if (ctx.attempt <= failures) throw new Error(`attempt ${ctx.attempt} failed`);
  return ctx.attempt;
});
const refused = activity("refused", { retry }, async () => {
  throw new NonRetryableError("refused for good");
});

/** What succeeds at a later attempt, what runs out of attempts, and what is not tried again. */
const stubborn = orchestration("stubborn", async (ctx) => {
  const later = await ctx.activity(flaky, 2);
  const attemptsOf = (error: ActivityError) => `${error.message} (${error.attempts})`;
  const never = await ctx.activity(flaky, 9).catch(attemptsOf);
  const once = await ctx.activity(refused).catch(attemptsOf);
  return { later, never, once, minutes: (ctx.now() - Date.UTC(2026, 0, 1)) / 60_000 };
});

export const recorded = scenario({
  orchestrations: [stubborn],
  activities: [flaky, refused],
  async run(env) {
    await (await env.start(stubborn, undefined, { instanceId: "stubborn-1" })).result();
    return ["stubborn-1"];
  },
});
