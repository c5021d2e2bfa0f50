import { activity, Client, mailbox, orchestration, Runtime, TimeoutError } from "perdure";
import { SqliteProvider } from "perdure/sqlite";

interface Expense {
  readonly what: string;
  readonly amount: number;
}

interface Approval {
  readonly isGranted: boolean;
  readonly by: string;
}

const approvals = mailbox<Approval>("approvals");

const pay = activity("pay", { retry: { maxAttempts: 5 } }, async (_ctx, { what, amount }: Expense) => {
  console.log(`paid ${amount} for ${what}`);
});

const reimburse = orchestration("reimburse", async (ctx, expense: Expense) => {
  if (expense.amount > 100) {
    ctx.setCustomStatus("waiting for approval");
    try {
      const { isGranted, by } = await ctx.receive(approvals, { timeout: "2s" }); // In real life: "3d".
      if (!isGranted) return `refused by ${by}`;
    } catch (error) {
      if (error instanceof TimeoutError) return "refused: nobody answered in time";
      throw error;
    }
  }
  await ctx.activity(pay, expense);
  return "paid";
});

await using provider = await SqliteProvider.open(":memory:");
await using _runtime = await Runtime.start({ provider, activities: [pay], orchestrations: [reimburse] });
const client = new Client(provider);

const expenses = [
  { what: "coffee", amount: 12 },
  { what: "a flight", amount: 700 },
  { what: "a yacht", amount: 90_000 },
  { what: "a chair", amount: 300 },
];
const handles = await client.startMany(
  expenses.map((expense) => ({ orchestration: reimburse, input: expense, instanceId: expense.what })),
);

// What a page with two buttons would do. An answer may also come before anybody waits for it.
await client.send("a flight", approvals, { isGranted: true, by: "Ada" });
await client.send("a yacht", approvals, { isGranted: false, by: "Ada" });

for (const handle of handles) console.log(`${handle.instanceId}: ${await handle.result({ timeout: "30s" })}`);
