import { activity, orchestration } from "../../../src/definition/index.ts";
import { scenario } from "../scenario.ts";

const work = activity("work", async () => null);
const waiting = orchestration("waiting", async (ctx) => ctx.receive("go"));

/** Is terminated while a timer and a child are open. */
const doomed = orchestration("doomed", async (ctx) => {
  await ctx.activity(work);
  await Promise.all([ctx.sleep("30d"), ctx.subOrchestration(waiting, undefined, { instanceId: "doomed-1-child" })]);
});

/** Never stops, until its history is at the limit. */
const endless = orchestration("endless", async (ctx) => {
  for (;;) await ctx.sleep("1h");
});

export const recorded = scenario({
  orchestrations: [doomed, waiting, endless],
  activities: [work],
  runtime: { limits: { events: 12 } },
  async run(env) {
    const one = await env.start(doomed, undefined, { instanceId: "doomed-1" });
    await env.settle();
    await one.terminate("the end of the world");
    await one.result().catch(() => undefined);
    await (await env.start(endless, undefined, { instanceId: "endless-1" })).result().catch(() => undefined);
    // Ended before any node could run it: nothing is known of it but its name.
    const nobodys = await env.client.start("nobodys", 1, { instanceId: "nobodys-1" });
    await nobodys.terminate();
    await nobodys.result().catch(() => undefined);
    await env.settle();
    return ["doomed-1", "endless-1", "nobodys-1"];
  },
});
