import { Client, Runtime } from "perdure";
import { SqliteProvider } from "perdure/sqlite";
import { approvals, charge, checkout, reserve, ship } from "./checkout.ts";

await using provider = await SqliteProvider.open(":memory:");
await using _runtime = await Runtime.start({
  provider,
  activities: [charge, reserve, ship],
  orchestrations: [checkout],
});

const client = new Client(provider);
const order = { id: "order-42", total: 1200, items: ["a lamp", "a desk"] };
const handle = await client.start(checkout, order, { instanceId: order.id });
await client.send(order.id, approvals, true);

console.log(await handle.result({ timeout: "30s" }));
for (const { eventId, kind } of await client.getHistory(order.id)) console.log(eventId, kind);
