import { setTimeout as sleep } from "node:timers/promises";
import { activity, mailbox, orchestration } from "perdure";

export interface Order {
  readonly id: string;
  readonly total: number;
  readonly items: readonly string[];
}

export const approvals = mailbox<boolean>("approvals");

// A real one gives `ctx.idempotencyKey` to the bank: the same for every attempt, so that it charges once.
export const charge = activity("charge", { retry: { maxAttempts: 5 }, timeout: "30s" }, async (ctx, order: Order) => {
  await sleep(100, undefined, { signal: ctx.signal });
  return `receipt for ${order.total}`;
});

export const reserve = activity("reserve", (_ctx, items: readonly string[]) => items.length);

export const ship = activity("ship", (_ctx, orderId: string) => `parcel of ${orderId}`);

export const checkout = orchestration("checkout", async (ctx, order: Order) => {
  if (order.total > 1000) {
    const isApproved = await ctx.receive(approvals, { timeout: "24h" });
    if (!isApproved) throw new Error("Nobody wants to sell this.");
  }
  const [receipt] = await Promise.all([ctx.activity(charge, order), ctx.activity(reserve, order.items)]);
  await ctx.sleep("500ms"); // In a shop an hour, in which the customer may think again.
  const parcel = await ctx.activity(ship, order.id);
  return { receipt, parcel };
});
