import { Client, mailbox, orchestration, Runtime } from "perdure";
import { SqliteProvider } from "perdure/sqlite";
import { setTimeout as delay } from "node:timers/promises";

interface Change {
  readonly item: string;
  readonly count: number;
}

const changes = mailbox<Change | "check out">("changes");

/** Three changes an execution: a history stays short, and what the cart holds is carried over. */
const cart = orchestration("cart", async (ctx): Promise<string> => {
  for (let handled = 0; handled < 3; handled += 1) {
    const change = await ctx.receive(changes);
    const total = ctx.state.get<number>("total") ?? 0;
    if (change === "check out") return `${total} pieces`;
    const { item, count } = change;
    const left = (ctx.state.get<number>(item) ?? 0) + count;
    if (left > 0) ctx.state.set(item, left);
    else ctx.state.delete(item);
    ctx.state.set("total", total + count);
  }
  return await ctx.continueAsNew(undefined);
});

await using provider = await SqliteProvider.open(":memory:");
await using _runtime = await Runtime.start({ provider, orchestrations: [cart] });
const client = new Client(provider);
const handle = await client.start(cart, undefined, { instanceId: "cart-1" });

await client.send("cart-1", changes, { item: "lamp", count: 2 });
await client.send("cart-1", changes, { item: "table", count: 1 });
await client.send("cart-1", changes, { item: "table", count: -1 });
await client.send("cart-1", changes, { item: "chair", count: 4 });

// Anybody may look, while it runs and afterwards.
let state = new Map(await client.getState("cart-1"));
while (state.get("total") !== 6) {
  await delay(10);
  state = new Map(await client.getState("cart-1"));
}
for (const [key, value] of state) console.log(`${key}: ${String(value)}`);

await client.send("cart-1", changes, "check out");
console.log(`checked out: ${await handle.result({ timeout: "30s" })}`);
console.log(`executions: ${(await client.listExecutions("cart-1")).length}`);
