import { activity, orchestration } from "../../../src/definition/index.ts";
import { scenario } from "../scenario.ts";

const work = activity("work", async (_ctx, value: unknown) => value);

/** Time and chance are not recorded: they follow from what is, and must follow from it in every release. */
const dice = orchestration("dice", async (ctx): Promise<unknown> => {
  const before = [ctx.now(), ctx.random(), ctx.random(), ctx.uuid(), Date.now(), Math.random(), crypto.randomUUID()];
  await ctx.activity(work, ctx.random());
  await ctx.sleep("1h");
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  const after = [ctx.now(), ctx.random(), ctx.uuid(), new Date().toISOString(), bytes];
  return ctx.executionId === 1 ? ctx.continueAsNew({ before, after }) : { before, after, runId: ctx.runId };
});

export const recorded = scenario({
  orchestrations: [dice],
  activities: [work],
  async run(env) {
    await (await env.start(dice, undefined, { instanceId: "dice-1" })).result();
    return ["dice-1"];
  },
});
