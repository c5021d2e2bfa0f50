import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { orchestration } from "perdure";
import { explore, replayHistory, TestEnvironment } from "perdure/testing";
import { fulfil, fulfilCarelessly, type Order, payments, type Pick, ship, stockOf } from "./fulfilment.ts";

const order: Order = { id: "42", count: 5 };
const stocks: Readonly<Record<string, number>> = { Bergen: 3, Oslo: 4, Narvik: 9 };

test("an order that nobody pays is given up after thirty days, which pass at once", async () => {
  await using env = await TestEnvironment.open({ orchestrations: [fulfil] });
  const handle = await env.start(fulfil, order);
  assert.equal(await handle.result(), "given up: not paid in thirty days");
  assert.equal(env.now().toISOString(), "2026-01-31T00:00:00.000Z");
});

test("what cannot be shipped at once is shipped later, from the nearest warehouses", async () => {
  await using env = await TestEnvironment.open({ orchestrations: [fulfil] });
  env.stub(stockOf, (warehouse) => stocks[warehouse] ?? 0);
  env.stub(ship, ({ warehouse, count }) => `${count} from ${warehouse}`, { failures: 2, delay: "1h" });
  const handle = await env.start(fulfil, order);
  await env.client.send(handle.instanceId, payments, 500);
  assert.equal(await handle.result(), "3 from Bergen, 2 from Oslo");
  assert.equal(env.executions(ship).length, 4, "two parcels, and two attempts that failed");
});

/** A new world for every schedule: what is shipped in one is not there in the next. */
const setup = () => {
  const shipped = new Map<string, string>();
  return {
    activities: {
      stockOf: (warehouse: string) => stocks[warehouse],
      // By its key: after a crash it is executed again, and must not ship twice.
      ship: ({ warehouse, count }: Pick, { idempotencyKey }: { readonly idempotencyKey: string }) => {
        shipped.set(idempotencyKey, warehouse);
        return `${count} from ${warehouse}`;
      },
    },
    observe: () => [...shipped.values()].toSorted(),
  };
};
const explored = { input: order, messages: [{ mailbox: payments, data: 500 }], setup };

test("the careless one passes the same test, and every order of answers shows what is wrong with it", async () => {
  const report = await explore(fulfilCarelessly, explored);
  report.assertOk();
  assert.throws(() => report.assertOrderInsensitive(), /DEPENDS ON THE ORDER/);
  const results = report.outcomes.map(({ outcome }) => outcome.value);
  assert.ok(results.includes("5 from Narvik"), "the farthest, because it was the quickest");
});

test("the careful one ships the same in every order, with a crash before every step", async () => {
  const report = await explore(fulfil, explored);
  report.assertOk();
  // It depends on one thing only: whether the money comes in time.
  assert.deepEqual(
    new Set(report.outcomes.map(({ outcome }) => outcome.value)),
    new Set(["given up: not paid in thirty days", "3 from Bergen, 2 from Oslo"]),
  );
});

// Written by: perdure export order-42 --store shop.db --output order-42.json
const recorded = join(import.meta.dirname, "order-42.json");

test("what runs in production would go on with this code", async () => {
  (await replayHistory(fulfil, recorded)).assertOk();
});

test("a change that would break it is noticed before it is deployed", async () => {
  const changed = orchestration("fulfil", async (ctx, { count }: Order) => {
    const stock = await ctx.activity(stockOf, "Bergen"); // asks before it is paid
    await ctx.receive(payments);
    return stock >= count;
  });
  const report = await replayHistory(changed, recorded);
  assert.match(String(report), /expected \(history\): a receive from mailbox "payments"/);
  assert.match(String(report), /actual \(code\): +activity "stockOf"\n +at: .*fulfilment\.test\.ts:\d+/);
});
