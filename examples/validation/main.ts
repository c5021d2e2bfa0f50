import { Client, mailbox, orchestration, Runtime, type Schema, ValidationError } from "perdure";
import { SqliteProvider } from "perdure/sqlite";

interface Order {
  readonly item: string;
  readonly count: number;
}

// What z.number().positive() and z.object(...) are with Zod, written out. Any library with Standard Schema will do.
const amount: Schema<number> = {
  "~standard": {
    version: 1,
    vendor: "this example",
    validate: (value) =>
      typeof value === "number" && value > 0 ? { value } : { issues: [{ message: "must be a positive number" }] },
  },
};
const order: Schema<Order> = {
  "~standard": {
    version: 1,
    vendor: "this example",
    validate: (value) => {
      const { item, count } = value as Order;
      if (typeof item !== "string") return { issues: [{ message: "must be a text", path: ["item"] }] };
      if (!Number.isInteger(count) || count < 1) {
        return { issues: [{ message: "must be a whole number from 1", path: ["count"] }] };
      }
      return { value: { item, count } };
    },
  },
};

const payments = mailbox("payments", amount);

const buy = orchestration("buy", { input: order }, async (ctx, { item, count }) => {
  for (;;) {
    try {
      return `${count} x ${item} for ${await ctx.receive(payments)}`;
    } catch (error) {
      if (!(error instanceof ValidationError)) throw error;
      ctx.setCustomStatus("a payment could not be read");
    }
  }
});

await using provider = await SqliteProvider.open(":memory:");
await using _runtime = await Runtime.start({ provider, orchestrations: [buy] });
const client = new Client(provider);

/** What is given by its definition is checked here, before anything is stored. */
async function refused(attempt: Promise<unknown>): Promise<void> {
  const error = await attempt.catch((reason: unknown) => reason);
  if (!(error instanceof ValidationError)) throw new Error("It should have been refused.", { cause: error });
  for (const { path, message } of error.issues) console.log(`refused: ${[...(path ?? []), message].join(" ")}`);
}

await refused(client.start(buy, { item: "lamp", count: 0 }));
const handle = await client.start(buy, { item: "lamp", count: 2 }, { instanceId: "order-1" });
await refused(client.send("order-1", payments, -80));

// Given by its name, it is checked where it arrives: the receive fails, and that can be caught.
await client.send("order-1", "payments", "eighty");
await client.send("order-1", payments, 80);
console.log(await handle.result({ timeout: "30s" }));
console.log(`on the way: ${String((await client.getStatus("order-1")).customStatus)}`);
