import { setTimeout as sleep } from "node:timers/promises";
import { activity, Client, type InstanceFamily, mailbox, orchestration, Runtime } from "perdure";
import { SqliteProvider } from "perdure/sqlite";

interface Parcel {
  readonly warehouse: string;
  readonly items: readonly string[];
}

const pickedUp = mailbox<string>("picked-up");
const pack = activity("pack", async (_ctx, { items }: Parcel) => items.length);

/** One parcel: goes on for days, is looked at by the people of one warehouse, and may be cancelled by itself. */
const shipment = orchestration("shipment", async (ctx, parcel: Parcel) => {
  await ctx.activity(pack, parcel);
  ctx.setCustomStatus("waits for a carrier");
  const carrier = await ctx.receive(pickedUp, { timeout: "14d" });
  return `${parcel.warehouse}: ${parcel.items.join(" and ")}, by ${carrier}`;
});

/** The order has one child for each parcel, and hears of the end of each, whatever ended it. */
const order = orchestration("order", async (ctx, parcels: Parcel[]) => {
  // An id of our own, so that a carrier who knows the order can find the parcel.
  const ship = (parcel: Parcel) =>
    ctx.subOrchestration(shipment, parcel, { instanceId: `${ctx.instanceId}-${parcel.warehouse}` });
  return await Promise.all(
    parcels.map((parcel) =>
      ship(parcel).catch((error: Error) => {
        ctx.log.warn({ warehouse: parcel.warehouse, err: error }, "shipped from Turin instead");
        return ship({ ...parcel, warehouse: "Turin" });
      }),
    ),
  );
});

await using provider = await SqliteProvider.open(":memory:");
await using _runtime = await Runtime.start({ provider, activities: [pack], orchestrations: [order, shipment] });
const client = new Client(provider);

const handle = await client.start(
  order,
  [
    { warehouse: "Bergen", items: ["lamp"] },
    { warehouse: "Lyon", items: ["chair", "table"] },
  ],
  { instanceId: "order-7" },
);

async function untilPacked(instanceId: string): Promise<void> {
  // It may not be there yet, as it is the order that starts it.
  const isPacked = async () => (await client.getStatus(instanceId).catch(() => undefined))?.customStatus !== undefined;
  while (!(await isPacked())) await sleep(10);
}

await untilPacked("order-7-Bergen");
await client.send("order-7-Bergen", pickedUp, "ship");

// One child is cancelled from outside, by somebody who knows nothing of the order.
await untilPacked("order-7-Lyon");
await client.cancel("order-7-Lyon", "the warehouse is flooded");
await untilPacked("order-7-Turin");
await client.send("order-7-Turin", pickedUp, "bicycle");

for (const line of await handle.result({ timeout: "30s" })) console.log(line);

function print({ instanceId, status, children }: InstanceFamily, indent = ""): void {
  console.log(`${indent}${instanceId} ${status}`);
  for (const child of children) print(child, `${indent}  `);
}
print(await client.getTree("order-7"));
