import { activity, orchestration } from "../../../src/definition/index.ts";
import type { MakeScenario } from "./scenario.ts";

/** One activity after the other, one of which fails at first. */
export const chain: MakeScenario = (effect) => {
  const retry = { maxAttempts: 3, initialInterval: 1 } as const;
  const increment = activity("increment", { retry }, (ctx, n: number) => {
    const willFail = n === 1 && ctx.attempt === 1;
    effect(ctx, { willFail });
    if (willFail) throw new Error("The first attempt fails.");
    return n + 1;
  });
  const steps = orchestration("steps", async (ctx) => {
    let n = 0;
    while (n < 4) n = await ctx.activity(increment, n);
    return n;
  });
  return {
    orchestrations: [steps],
    activities: [increment],
    script: [(client) => client.start(steps, undefined, { instanceId: "steps" })],
    roots: ["steps"],
  };
};
