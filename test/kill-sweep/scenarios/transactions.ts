import { activity, orchestration, transaction } from "../../../src/definition/index.ts";
import type { AnyTransaction } from "../user-database.ts";
import type { MakeScenario } from "./scenario.ts";

/** Rows of the program's own that are committed together with a start, and with the ends of activities. */
export const transactions: MakeScenario = (effect, database) => {
  const retry = { maxAttempts: 4, initialInterval: 1 } as const;
  const written = (name: string, attempts: number) =>
    transaction(name, { retry }, (ctx, n: number, tx: AnyTransaction) => {
      // Of those that were not cut off: these count as attempts as well.
      const willFail = ctx.attempt < attempts;
      effect(ctx, { willFail });
      const write = () => database.write(tx, ctx.idempotencyKey, ctx.attempt);
      const end = () => {
        if (willFail) throw new Error("The first attempt fails, having written.");
        return n + 1;
      };
      const first = write();
      if (!(first instanceof Promise)) return (write(), end());
      return first.then(write).then(end);
    });
  const reserve = written("reserve", 1);
  const pay = written("pay", 2);
  const count = activity("count", (ctx, n: number) => {
    effect(ctx);
    return n;
  });
  const order = orchestration("order", async (ctx) => {
    const reserved = await ctx.activity(reserve, 0);
    const both = await Promise.all([ctx.activity(pay, reserved), ctx.activity(count, 5)]);
    return [...both, await ctx.activity(reserve, 7)];
  });
  return {
    orchestrations: [order],
    activities: [reserve, pay, count],
    script: [
      (client) =>
        database.insertOrder("order", (tx) => client.start(order, undefined, { instanceId: "order", transaction: tx })),
    ],
    roots: ["order"],
    transactional: ["reserve", "pay"],
  };
};
