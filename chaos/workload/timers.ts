import { orchestration } from "../../src/index.ts";
import { below, type KindOf } from "./kind.ts";

/** Timers one after the other and side by side, none of which may be early. */
export const timers: KindOf = ({ increment }) => {
  const definition = orchestration("timers", async (ctx, waits: readonly number[]) => {
    let early = 0;
    for (const ms of waits) {
      const before = ctx.now();
      await Promise.all([ctx.sleep(ms), ctx.sleep(ms / 2)]);
      if (ctx.now() - before < ms) early += 1;
    }
    const timedOut = await ctx
      .activity(increment, { value: 0, ms: 60_000, isFirm: false }, { timeout: waits[0] ?? 1 })
      .then(
        () => false,
        () => true,
      );
    return { early, timedOut };
  });
  return {
    name: "timers",
    orchestrations: [definition],
    plan: (random) => ({
      input: Array.from({ length: 1 + below(random, 3) }, () => 10 + below(random, 300)),
      outcome: { status: "completed", result: { early: 0, timedOut: true } },
    }),
  };
};
