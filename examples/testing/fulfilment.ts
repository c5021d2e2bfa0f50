import { activity, mailbox, orchestration, type OrchestrationContext } from "perdure";

export interface Order {
  readonly id: string;
  readonly count: number;
}

export interface Pick {
  readonly warehouse: string;
  readonly count: number;
}

/** Nearest first. */
const warehouses = ["Bergen", "Oslo", "Narvik"];

export const payments = mailbox<number>("payments");
export const stockOf = activity("stockOf", async (_ctx, warehouse: string): Promise<number> => {
  throw new Error(`there is no connection to ${warehouse} in this example`);
});
export const ship = activity("ship", { retry: { maxAttempts: 5 } }, async (_ctx, pick: Pick): Promise<string> => {
  throw new Error(`there is no connection to ${pick.warehouse} in this example`);
});

/** Waits thirty days for the payment, takes what is there from the nearest warehouses, and ships it. */
export const fulfil = orchestration("fulfil", async (ctx, order: Order) => fulfilWith(pickInOrder, ctx, order));

/** The same with a bug that no ordinary test finds. */
export const fulfilCarelessly = orchestration("fulfil", async (ctx, order: Order) =>
  fulfilWith(pickAsAnswered, ctx, order),
);

type Picking = (ctx: OrchestrationContext, count: number) => Promise<readonly Pick[]>;

async function fulfilWith(picking: Picking, ctx: OrchestrationContext, order: Order): Promise<string> {
  const isPaid = await ctx.receive(payments, { timeout: "30d" }).then(
    () => true,
    () => false,
  );
  if (!isPaid) return "given up: not paid in thirty days";
  const picks = await picking(ctx, order.count);
  const parcels = await Promise.all(picks.map((pick) => ctx.activity(ship, pick)));
  return parcels.join(", ");
}

/** Asks all at once, and decides when all have answered. */
async function pickInOrder(ctx: OrchestrationContext, count: number): Promise<readonly Pick[]> {
  const stocks = await Promise.all(warehouses.map((warehouse) => ctx.activity(stockOf, warehouse)));
  let left = count;
  return warehouses.flatMap((warehouse, index) => {
    const taken = Math.min(left, stocks[index] ?? 0);
    left -= taken;
    return taken > 0 ? [{ warehouse, count: taken }] : [];
  });
}

/** Asks all at once, and takes from each as it answers: from the quickest, not from the nearest. */
async function pickAsAnswered(ctx: OrchestrationContext, count: number): Promise<readonly Pick[]> {
  const picks: Pick[] = [];
  let left = count;
  const pickFrom = async (warehouse: string) => {
    const stock = await ctx.activity(stockOf, warehouse);
    const taken = Math.min(left, stock);
    left -= taken;
    if (taken > 0) picks.push({ warehouse, count: taken });
  };
  await Promise.all(warehouses.map(pickFrom));
  return picks;
}
