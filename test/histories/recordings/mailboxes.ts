import { mailbox, orchestration } from "../../../src/definition/index.ts";
import { scenario } from "../scenario.ts";

const orders = mailbox<string>("orders");
const other = mailbox<string>("other");

/** Messages that came early, late, and for a receive that was given up or ran out of time. */
const counter = orchestration("counter", async (ctx) => {
  const got: unknown[] = [await ctx.receive(orders)];
  await ctx.sleep("1h");
  got.push(await ctx.receive(orders), await ctx.receive(orders, { timeout: "1h" }));
  got.push(await ctx.receive(orders, { timeout: "1h" }).catch((error: Error) => error.name));
  const controller = new AbortController();
  const aborted = ctx.receive(orders, { signal: controller.signal }).catch((error: Error) => error.name);
  await ctx.sleep("1h");
  controller.abort();
  got.push(await aborted);
  // Two receivers of one mailbox are served in their order; another mailbox has an order of its own.
  got.push(await Promise.all([ctx.receive(orders), ctx.receive(other), ctx.receive(orders)]));
  return got;
});

export const recorded = scenario({
  orchestrations: [counter],
  async run(env) {
    const handle = await env.start(counter, undefined, { instanceId: "counter-1" });
    for (const order of ["a", "b", "c"]) await handle.send(orders, order);
    await env.advance("4h");
    await handle.send(other, "x");
    await handle.send(orders, "d");
    await handle.send(orders, "e");
    await handle.send(other, "nobody takes this one");
    await handle.result();
    return ["counter-1"];
  },
});
