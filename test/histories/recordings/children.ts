import { activity, orchestration } from "../../../src/definition/index.ts";
import { scenario } from "../scenario.ts";

const square = activity("square", async (_ctx, value: number) => value * value);
const squares1 = orchestration("squares", { version: "1.0.0" }, async (ctx, value: number) => {
  return [ctx.version, await ctx.activity(square, value)];
});
const squares2 = orchestration("squares", { version: "2.1.0-rc.1" }, async (ctx, value: number) => {
  return [ctx.version, ctx.parent?.instanceId, await ctx.activity(square, value)];
});
const failing = orchestration("failing", async (ctx, why: string) => {
  await ctx.sleep("1s");
  throw new RangeError(why);
});
const waiting = orchestration("waiting", async (ctx) => ctx.receive("go"));

/** Children of two versions, one that fails, an id that is taken, and three that are open when it ends. */
const family = orchestration("family", async (ctx) => {
  const both = await Promise.all([
    ctx.subOrchestration(squares1, 3, { version: "1.0.0" }),
    ctx.subOrchestration("squares", 4, { instanceId: `${ctx.instanceId}-squares` }),
  ]);
  const failure = await ctx.subOrchestration(failing, "on purpose").catch((error: Error) => error);
  const taken = await ctx
    .subOrchestration(squares2, 5, { instanceId: `${ctx.instanceId}-squares` })
    .catch((error: Error) => error.name);
  for (const onParentEnd of ["cancel", "terminate", "abandon"] as const) {
    void ctx.subOrchestration(waiting, undefined, { instanceId: `${ctx.instanceId}-${onParentEnd}`, onParentEnd });
  }
  await ctx.sleep("1s");
  return { both, failure, taken };
});

export const recorded = scenario({
  orchestrations: [family, squares1, squares2, failing, waiting],
  activities: [square],
  async run(env) {
    await (await env.start(family, undefined, { instanceId: "family-1" })).result();
    await env.settle();
    return ["family-1"];
  },
});
