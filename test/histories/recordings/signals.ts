import { activity, mailbox, orchestration } from "../../../src/definition/index.ts";
import { scenario } from "../scenario.ts";

const quote = activity("quote", async (_ctx, from: string) => `quote of ${from}`);
const searcher = orchestration("searcher", async (ctx) => ctx.receive("found"));
const answers = mailbox<string>("answers");

/** Losers of races are given up: an activity, a timer, a child, a receive and a wait. */
const races = orchestration("races", async (ctx) => {
  const winner = async (start: (signal: AbortSignal) => readonly Promise<unknown>[]) => {
    const controller = new AbortController();
    const first = await Promise.race(start(controller.signal));
    controller.abort("somebody else was quicker");
    return first;
  };
  const one = await winner((signal) => [
    ctx.activity(quote, "Ada", { signal }),
    ctx.sleep("1d", { signal }),
    ctx.subOrchestration(searcher, undefined, { signal }),
    ctx.waitForEvent("stop", { signal }),
  ]);
  const two = await winner((signal) => [ctx.sleep("2h"), ctx.receive(answers, { signal })]);
  // The receive above was given up, and takes nothing away from this one.
  const three = await ctx.receive(answers);
  const late = ctx.activity(quote, "Grace", { signal: AbortSignal.abort() });
  const four = await late.catch((error: Error) => error.name);
  return [one, two, three, four];
});

export const recorded = scenario({
  orchestrations: [races, searcher],
  activities: [quote],
  async run(env) {
    env.stub(quote, (from) => `quote of ${from}`, { delay: "1h" });
    const handle = await env.start(races, undefined, { instanceId: "races-1" });
    await env.advance("4h");
    await handle.send(answers, "the only one");
    await handle.result();
    await env.settle();
    return ["races-1"];
  },
});
