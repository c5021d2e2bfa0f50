import { activity, orchestration } from "../../../src/definition/index.ts";
import { scenario } from "../scenario.ts";

const write = activity("write", async (_ctx, letter: string) => letter);
const letter = orchestration("letter", async (ctx, to: string) => ctx.activity(write, `Dear ${to}`));

/** Starts that nobody waits for: with an id of its own, with a given one, by name and version, and twice. */
const clerk = orchestration("clerk", async (ctx) => {
  const own = await ctx.startOrchestration(letter, "Ada");
  const ids = [
    await ctx.startOrchestration(letter, "Grace", { instanceId: "letter-grace" }),
    await ctx.startOrchestration("letter", "Edsger", { instanceId: "letter-edsger", version: "1.0.0" }),
    await ctx.startOrchestration(letter, "Grace, again", { instanceId: "letter-grace" }),
  ];
  await ctx.sleep("1s");
  return [own.length > 0, ...ids];
});

export const recorded = scenario({
  orchestrations: [clerk, letter],
  activities: [write],
  async run(env) {
    await (await env.start(clerk, undefined, { instanceId: "clerk-1" })).result();
    return ["clerk-1", "letter-grace", "letter-edsger"];
  },
});
