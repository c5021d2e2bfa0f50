import { orchestration } from "../../src/index.ts";
import { below, type KindOf } from "./kind.ts";

/** One activity after the other, now and then one that fails at first. */
export const chain: KindOf = ({ increment, flaky }) => {
  const definition = orchestration("chain", async (ctx, { steps, ms }: { steps: number; ms: number }) => {
    let value = 0;
    for (let step = 0; step < steps; step += 1) {
      value = (await ctx.activity(step % 3 === 2 ? flaky : increment, { value, ms })).value;
    }
    return value;
  });
  return {
    name: "chain",
    orchestrations: [definition],
    plan: (random) => {
      const steps = 2 + below(random, 5);
      return { input: { steps, ms: 20 + below(random, 300) }, outcome: { status: "completed", result: steps } };
    },
  };
};
