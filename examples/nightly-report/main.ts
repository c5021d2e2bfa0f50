import { activity, orchestration, RetryAfterError } from "perdure";
import { TestEnvironment } from "perdure/testing";

const dayMs = 24 * 60 * 60 * 1_000;
const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);
const hourOf = (at: Date) => at.toISOString().slice(0, 16).replace("T", " ");

const countOrders = activity("count-orders", async (_ctx, day: string) => Number(day.slice(-2)) * 10);

const mail = activity("mail", { retry: { maxAttempts: 5 } }, async (ctx, text: string) => {
  // One night the mail server is away until the next day.
  if (text.includes("2026-03-02") && ctx.attempt === 1) throw new RetryAfterError("the server is down", "32h");
  console.log(`${hourOf(environment.now())}  ${text}`);
});

const report = orchestration("report", async (ctx, day: string) => {
  const orders = await ctx.activity(countOrders, day);
  await ctx.activity(mail, `${day}: ${orders} orders`);
});

/** Every night at two, for ever. Each night is an execution of its own, so that the history stays short. */
const nightly = orchestration("nightly", async (ctx): Promise<never> => {
  const midnight = Math.floor(ctx.now() / dayMs) * dayMs;
  const twoOClock = midnight + dayMs + 2 * 60 * 60 * 1_000;
  await ctx.sleepUntil(twoOClock);
  const yesterday = dayOf(twoOClock - dayMs);
  // Detached: a report that takes long, or fails, must not hold up the next night. The id has the day in it, so that
  // there is one report for a day, whoever else may have started it.
  await ctx.startOrchestration(report, yesterday, { instanceId: `report-${yesterday}` });
  return ctx.continueAsNew();
});

// Only so that nights pass at once: with a Runtime and a store on disk this goes on for years, through every restart.
await using environment = await TestEnvironment.open({
  orchestrations: [nightly, report],
  activities: [countOrders, mail],
  startAt: new Date("2026-03-01T18:00:00Z"),
});
await environment.start(nightly, undefined, { instanceId: "nightly" });
await environment.advance("4d");

// The schedule ends; what it has started is nobody's child, and would go on.
await environment.client.cancel("nightly", "the example is over");
await environment.settle();
const { client } = environment;
const { status } = await client.getStatus("nightly");
console.log(`nightly: ${status}, in its execution ${(await client.listExecutions("nightly")).length}`);
console.log(`reports: ${await client.count({ name: "report", status: "completed" })}`);
