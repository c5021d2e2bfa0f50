import { activity, orchestration } from "../../../src/definition/index.ts";
import { scenario } from "../scenario.ts";

const greet = activity("greet", async (_ctx, name: string) => `Hello ${name}`);
const log = activity("log", async (_ctx, text: string) => text.length);

/** Asks twice for one patch and once for another, and goes the new way. */
const greeting = orchestration("greeting", async (ctx, name: string) => {
  if (ctx.patched("log first")) await ctx.activity(log, name);
  const text = await ctx.activity(greet, name);
  if (ctx.patched("sleep after")) await ctx.sleep("1d");
  return [text, ctx.patched("log first")];
});

/** When no execution of before is left, the question goes, and the mark is passed over. */
const cleaned = orchestration("greeting", async (ctx, name: string) => {
  await ctx.activity(log, name);
  const text = await ctx.activity(greet, name);
  await ctx.sleep("1d");
  return [text, true];
});

export const recorded = scenario({
  orchestrations: [greeting],
  activities: [greet, log],
  later: [cleaned],
  async run(env) {
    await (await env.start(greeting, "Ada", { instanceId: "greeting-2" })).result();
    return ["greeting-2"];
  },
});
