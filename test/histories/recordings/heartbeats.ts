import { activity, orchestration } from "../../../src/definition/index.ts";
import type { ActivityError } from "../../../src/errors/index.ts";
import { scenario } from "../scenario.ts";

const copy = activity("copy", async (ctx, parts: number) => {
  ctx.heartbeat({ parts });
  return parts;
});
const still = activity("still", async () => "never heard of");

/** Calls that say how often the activity has to be heard of. */
const copying = orchestration("copying", async (ctx) => {
  const parts = await ctx.activity(copy, 3, { heartbeatTimeout: "1m" });
  const silence = ctx.activity(still, undefined, { heartbeatTimeout: "30s", retry: { maxAttempts: 2, jitter: 0 } });
  return { parts, silence: await silence.catch((error: ActivityError) => error.message) };
});

export const recorded = scenario({
  orchestrations: [copying],
  activities: [copy],
  async run(env) {
    env.stub(still, () => "too late", { delay: "1h" });
    await (await env.start(copying, undefined, { instanceId: "copying-1" })).result();
    return ["copying-1"];
  },
});
