import { event, orchestration } from "../../../src/definition/index.ts";
import { scenario } from "../scenario.ts";

const paid = event<number>("paid");

/** Every open wait of a name gets the event; one that nobody waits for is lost, and is not in the history. */
const waiter = orchestration("waiter", async (ctx) => {
  const both = await Promise.all([ctx.waitForEvent(paid), ctx.waitForEvent<number>("paid")]);
  await ctx.sleep("1h");
  const next = await ctx.waitForEvent(paid, { timeout: "2h" });
  const none = await ctx.waitForEvent(paid, { timeout: "2h" }).catch((error: Error) => error.name);
  return { both, next, none };
});

export const recorded = scenario({
  orchestrations: [waiter],
  async run(env) {
    const handle = await env.start(waiter, undefined, { instanceId: "waiter-1" });
    await env.settle();
    await handle.raiseEvent(paid, 1);
    await env.settle();
    await handle.raiseEvent(paid, 2);
    await env.advance("1h");
    await handle.raiseEvent(paid, 3);
    await handle.result();
    return ["waiter-1"];
  },
});
