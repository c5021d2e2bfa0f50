import { activity, orchestration } from "../../../src/definition/index.ts";
import { scenario } from "../scenario.ts";

const greet = activity("greet", async (_ctx, name: string) => `Hello ${name}`);
const log = activity("log", async (_ctx, text: string) => text.length);

/** Knows of no patch, and was recorded before there was one. */
const greeting = orchestration("greeting", async (ctx, name: string) => {
  const text = await ctx.activity(greet, name);
  await ctx.sleep("1d");
  return [text, false];
});

/** Deployed later: goes the old way with what began the old way. */
const patched = orchestration("greeting", async (ctx, name: string) => {
  if (ctx.patched("log first")) await ctx.activity(log, name);
  const text = await ctx.activity(greet, name);
  await ctx.sleep("1d");
  return [text, ctx.patched("log first")];
});

export const recorded = scenario({
  orchestrations: [greeting],
  activities: [greet, log],
  later: [patched],
  async run(env) {
    await (await env.start(greeting, "Ada", { instanceId: "greeting-1" })).result();
    return ["greeting-1"];
  },
});
