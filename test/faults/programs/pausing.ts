import { activity, orchestration } from "../../../src/definition/index.ts";

/** Says when it begins and when it ends, so that its process can be stopped in between. */
export const pause = activity("pause", async (ctx, ms: number) => {
  console.log(`attempt ${ctx.attempt} begins`);
  await new Promise((resolve) => setTimeout(resolve, ms));
  console.log(`attempt ${ctx.attempt} ends`);
  return process.pid;
});

export const pausing = orchestration("pausing", (ctx, ms: number) => ctx.activity(pause, ms));
