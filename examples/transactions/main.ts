import { activity, Client, orchestration, Runtime, transaction } from "perdure";
import { SqliteProvider, type SqliteTransaction } from "perdure/sqlite";

interface Order {
  readonly id: string;
  readonly account: string;
  readonly amount: number;
}

/**
 * Takes the money together with the completion of the activity: there is no moment at which only one of them is stored.
 */
const pay = transaction(
  "pay",
  { retry: { maxAttempts: 3, initialInterval: "10ms" } },
  (ctx, { id, account, amount }: Order, tx: SqliteTransaction) => {
    tx.run("UPDATE accounts SET balance = balance - ? WHERE name = ?", amount, account);
    tx.run("INSERT INTO payments (order_id, amount) VALUES (?, ?)", id, amount);
    // The first attempt comes to nothing, after it has written: all of that is undone.
    if (ctx.attempt === 1) throw new Error("the power went out");
    return tx.get("SELECT balance FROM accounts WHERE name = ?", account)?.["balance"] as number;
  },
);

const ship = activity("ship", (_ctx, id: string) => console.log(`shipping ${id}`));

const checkout = orchestration("checkout", async (ctx, order: Order) => {
  const balance = await ctx.activity(pay, order);
  await ctx.activity(ship, order.id);
  return balance;
});

await using provider = await SqliteProvider.open(":memory:");
const client = new Client(provider);

await provider.transaction((tx) => {
  tx.run("CREATE TABLE accounts (name TEXT PRIMARY KEY, balance INTEGER NOT NULL)");
  tx.run("CREATE TABLE orders (id TEXT PRIMARY KEY)");
  tx.run("CREATE TABLE payments (order_id TEXT PRIMARY KEY, amount INTEGER NOT NULL)");
  tx.run("INSERT INTO accounts VALUES ('Ada', 100)");
});

/** Stores the order and starts what handles it: both, or neither. */
function placeOrder(order: Order, isTaken = true): Promise<void> {
  return provider.transaction((tx) => {
    tx.run("INSERT INTO orders VALUES (?)", order.id);
    void client.start(checkout, order, { instanceId: order.id, transaction: tx });
    if (!isTaken) throw new Error(`${order.id} is not taken`);
  });
}

await placeOrder({ id: "lamp", account: "Ada", amount: 30 });
await placeOrder({ id: "yacht", account: "Ada", amount: 1_000_000 }, false).catch((error: Error) => {
  console.log(error.message);
});

await using _runtime = await Runtime.start({ provider, activities: [pay, ship], orchestrations: [checkout] });
console.log(`balance after the lamp: ${String(await client.getHandle("lamp").result({ timeout: "30s" }))}`);
const [orders, payments] = await provider.transaction((tx) =>
  ["orders", "payments"].map((table) => Number(tx.get(`SELECT count(*) AS n FROM ${table}`)?.["n"])),
);
console.log(`orders: ${orders}, payments: ${payments}, instances: ${await client.count()}`);
