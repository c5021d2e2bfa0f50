import { activity, orchestration } from "../../../src/definition/index.ts";
import { scenario } from "../scenario.ts";

const price = activity("price", async (_ctx, what: string) => what.length);

/** Keys that are set, read, set again and deleted, and a status that changes, also to nothing. */
const cart = orchestration("cart", async (ctx, things: readonly string[]) => {
  ctx.setCustomStatus({ phase: "pricing", left: things.length });
  for (const thing of things) {
    const before = ctx.state.get<number>("total") ?? 0;
    ctx.state.set("total", before + (await ctx.activity(price, thing)));
    ctx.state.set(`things/${thing}`, { at: new Date(ctx.now()) });
  }
  ctx.state.delete(`things/${things[0]}`);
  ctx.state.delete("was never there");
  ctx.setCustomStatus(undefined);
  return [ctx.state.list("things/"), ctx.state.get("total"), ctx.state.get("was never there")];
});

export const recorded = scenario({
  orchestrations: [cart],
  activities: [price],
  async run(env) {
    await (await env.start(cart, ["lamp", "chair"], { instanceId: "cart-1" })).result();
    return ["cart-1"];
  },
});
