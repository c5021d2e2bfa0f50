import { orchestration } from "../../src/index.ts";
import { below, type KindOf } from "./kind.ts";

/** Children: one that completes with a child of its own, one that continues as new, and one that fails. */
export const family: KindOf = ({ increment }) => {
  const grandchild = orchestration("grandchild", async (ctx, ms: number) => {
    await ctx.sleep(ms);
    return (await ctx.activity(increment, { value: 0, ms })).value;
  });
  const child = orchestration("child", async (ctx, ms: number) => {
    const own = await ctx.activity(increment, { value: 9, ms });
    return own.value + (await ctx.subOrchestration(grandchild, ms));
  });
  const renewed = orchestration("renewed", async (ctx, { left, ms }: { left: number; ms: number }): Promise<number> => {
    if (left === 0) return 100;
    await ctx.activity(increment, { value: left, ms });
    return ctx.continueAsNew({ left: left - 1, ms });
  });
  const failing = orchestration("failing", async (ctx, ms: number): Promise<number> => {
    await ctx.sleep(ms);
    throw new Error("as planned");
  });
  const parent = orchestration("family", async (ctx, ms: number) => {
    const [one, other, failed] = await Promise.all([
      ctx.subOrchestration(child, ms),
      ctx.subOrchestration(renewed, { left: 2, ms }),
      ctx.subOrchestration(failing, ms).catch(() => 1_000),
    ]);
    return one + other + failed;
  });
  return {
    name: "family",
    orchestrations: [parent, child, grandchild, renewed, failing],
    plan: (random) => ({ input: 5 + below(random, 40), outcome: { status: "completed", result: 1_111 } }),
  };
};
