import { setTimeout as sleep } from "node:timers/promises";
import { activity, Client, mailbox, NondeterminismError, orchestration, Runtime } from "perdure";
import { SqliteProvider } from "perdure/sqlite";

const paid = mailbox<number>("paid");
const pack = activity("pack", async (_ctx, order: string) => console.log(`  packing ${order}`));
const reserve = activity("reserve", async (_ctx, order: string) => console.log(`  reserving ${order}`));
const activities = [pack, reserve];

const order1 = orchestration("order", { version: "1.0.0" }, async (ctx, order: string) => {
  await ctx.receive(paid);
  await ctx.activity(pack, order);
  return `${order} went out by ${ctx.version}`;
});

const order2 = orchestration("order", { version: "2.0.0" }, async (ctx, order: string) => {
  await ctx.activity(reserve, order);
  await ctx.receive(paid);
  await ctx.activity(pack, order);
  return `${order} went out by ${ctx.version}`;
});

// A mistake: version 1.0.0 again, with other code.
const changedOrder1 = orchestration("order", { version: "1.0.0" }, async (ctx, order: string) => {
  await ctx.activity(reserve, order);
  await ctx.receive(paid);
});

await using provider = await SqliteProvider.open(":memory:");
const client = new Client(provider);

async function untilWaiting(instanceId: string): Promise<void> {
  const isWaiting = async () => (await client.getHistory(instanceId)).some(({ kind }) => kind === "ReceiveOpened");
  while (!(await isWaiting())) await sleep(10);
}

console.log("Monday: only 1.0.0 is deployed.");
const monday = await Runtime.start({ provider, activities, orchestrations: [order1] });
for (const instanceId of ["lamp", "chair"]) {
  await client.start("order", instanceId, { instanceId });
  await untilWaiting(instanceId);
}
await monday.stop();

console.log("Tuesday: 2.0.0 comes beside it. A start by name takes the latest; what has begun keeps its version.");
const tuesday = await Runtime.start({ provider, activities, orchestrations: [order1, order2] });
await client.start("order", "table", { instanceId: "table" });
await untilWaiting("table");
for (const instanceId of ["lamp", "table"]) {
  await client.send(instanceId, paid, 40);
  console.log(`  ${await client.getHandle<string>(instanceId).result({ timeout: "30s" })}`);
}
await tuesday.stop();

console.log("Wednesday: somebody changes 1.0.0 itself. It is noticed, and nothing is guessed.");
await using _wednesday = await Runtime.start({ provider, activities, orchestrations: [changedOrder1, order2] });
await client.send("chair", paid, 40);
const chair = client.getHandle("chair");
const error = await chair.result({ timeout: "30s" }).catch((reason: unknown) => reason);
if (error instanceof NondeterminismError) {
  console.log(`  the history says: ${error.expected}`);
  console.log(`  the code does:    ${error.actual}`);
}
