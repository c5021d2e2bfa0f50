import { activity, orchestration } from "../../src/definition/index.ts";

/** An activity that may block its process, and one after it; both give the process that they ran in. */
export function blockable(mayBlock: (attempt: number) => void) {
  const heavy = activity("heavy", (ctx) => {
    mayBlock(ctx.attempt);
    return process.pid;
  });
  const light = activity("light", () => process.pid);
  const both = orchestration("both", async (ctx) => [await ctx.activity(heavy), await ctx.activity(light)]);
  const second = orchestration("second", (ctx) => ctx.activity(light));
  return { orchestrations: [both, second], activities: [heavy, light], both, second };
}
