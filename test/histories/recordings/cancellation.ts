import { activity, orchestration } from "../../../src/definition/index.ts";
import { scenario } from "../scenario.ts";

const book = activity("book", async (_ctx, what: string) => `${what}-1`);
const release = activity("release", async (_ctx, booking: string) => booking);
const guide = orchestration("guide", async (ctx) => ctx.waitForEvent("back"));

/** Asked to cancel while three things are open: it cleans up, and ends as cancelled. */
const trip = orchestration("trip", async (ctx) => {
  const hotel = await ctx.activity(book, "hotel");
  try {
    await Promise.all([
      ctx.sleep("7d"),
      ctx.receive("changes"),
      ctx.subOrchestration(guide, undefined, { instanceId: `${ctx.instanceId}-guide` }),
    ]);
  } finally {
    await ctx.activity(release, hotel);
  }
  return hotel;
});

/** Catches the request, and ends as it likes. */
const stayer = orchestration("stayer", async (ctx) => {
  try {
    await ctx.sleep("7d");
  } catch {
    await ctx.sleep("1h");
  }
  return "stayed";
});

/** Lets another error through than the one that it got. */
const clumsy = orchestration("clumsy", async (ctx) => {
  await ctx.sleep("7d").catch(() => {
    throw new Error("the cleaning up failed");
  });
});

export const recorded = scenario({
  orchestrations: [trip, guide, stayer, clumsy],
  activities: [book, release],
  async run(env) {
    for (const definition of [trip, stayer, clumsy]) {
      const handle = await env.start(definition.name, undefined, { instanceId: `${definition.name}-1` });
      await env.settle();
      await (definition === stayer ? handle.cancel() : handle.cancel("changed my mind"));
      await handle.result().catch(() => undefined);
    }
    await env.settle();
    return ["trip-1", "stayer-1", "clumsy-1"];
  },
});
