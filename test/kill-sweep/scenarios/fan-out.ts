import { activity, orchestration } from "../../../src/definition/index.ts";
import { NonRetryableError } from "../../../src/errors/index.ts";
import type { MakeScenario } from "./scenario.ts";

/** Many activities at once, some of which fail for good. */
export const fanOut: MakeScenario = (effect) => {
  const square = activity("square", async (ctx, n: number) => {
    effect(ctx);
    await Promise.resolve();
    if (n % 3 === 0) throw new NonRetryableError("It is not to be.");
    return n * n;
  });
  const squares = orchestration("squares", async (ctx) => {
    const settled = await Promise.allSettled([1, 2, 3, 4, 5, 6].map((n) => ctx.activity(square, n)));
    const sums = settled.map((each) => (each.status === "fulfilled" ? each.value : -1));
    return await Promise.all(sums.filter((n) => n > 4).map((n) => ctx.activity(square, n)));
  });
  return {
    orchestrations: [squares],
    activities: [square],
    script: [(client) => client.start(squares, undefined, { instanceId: "squares" })],
    roots: ["squares"],
  };
};
