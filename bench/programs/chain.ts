import { activity, orchestration } from "../../src/definition/index.ts";

const payload = "x".repeat(100);

export const step = activity("step", (_ctx, input: { readonly step: number; readonly payload: string }) => input);

/** Sequential steps; gives how many of them came back as they were sent. */
export const chain = orchestration("chain", async (ctx, steps: number) => {
  let done = 0;
  for (let number = 0; number < steps; number += 1) {
    const result = await ctx.activity(step, { step: number, payload });
    done += result.step === number && result.payload === payload ? 1 : 0;
  }
  return done;
});
