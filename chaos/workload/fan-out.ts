import { orchestration } from "../../src/index.ts";
import { below, type KindOf } from "./kind.ts";

/** Many activities at once, one of which fails for good; and a race whose loser is given up. */
export const fanOut: KindOf = ({ increment, doomed }) => {
  const definition = orchestration("fan-out", async (ctx, { width, ms }: { width: number; ms: number }) => {
    const failed = ctx.activity(doomed, { value: 0, ms }).then(
      () => 0,
      () => 1_000,
    );
    const all = await Promise.all(
      Array.from({ length: width }, (_, index) => ctx.activity(increment, { value: index, ms })),
    );
    const giveUp = new AbortController();
    const loser = ctx.activity(increment, { value: 0, ms: 60_000, isFirm: false }, { signal: giveUp.signal });
    const winner = await Promise.race([loser, ctx.activity(increment, { value: 9, ms })]);
    giveUp.abort();
    await loser.catch(() => undefined);
    return all.reduce((sum, { value }) => sum + value, winner.value + (await failed));
  });
  return {
    name: "fan-out",
    orchestrations: [definition],
    plan: (random) => {
      const width = 3 + below(random, 10);
      const result = (width * (width + 1)) / 2 + 10 + 1_000;
      return { input: { width, ms: 5 + below(random, 60) }, outcome: { status: "completed", result } };
    },
  };
};
