import { setTimeout as sleep } from "node:timers/promises";
import { activity, CancelledError, Client, orchestration, Runtime } from "perdure";
import { SqliteProvider } from "perdure/sqlite";

// Stands for a service that is down for a while.
const isUp = activity("is-up", { timeout: "5s" }, async (_ctx, check: number) => check < 4 || check > 8);

const alert = activity("alert", { retry: { maxAttempts: 10 } }, async (_ctx, text: string) => console.log(text));

interface Progress {
  readonly checks: number;
  readonly failuresInARow: number;
}

const checksPerExecution = 5;

/** Checks for ever. Each execution does a few checks, and hands what it knows to the next: histories stay short. */
const monitor = orchestration("monitor", async (ctx, { checks, failuresInARow }: Progress): Promise<never> => {
  for (let left = checksPerExecution; left > 0; left--) {
    checks += 1;
    const wasDown = failuresInARow >= 3;
    failuresInARow = (await ctx.activity(isUp, checks)) ? 0 : failuresInARow + 1;
    if (failuresInARow === 3) await ctx.activity(alert, `down: check ${checks} is the third in a row that failed`);
    if (wasDown && failuresInARow === 0) await ctx.activity(alert, `up again at check ${checks}`);
    ctx.setCustomStatus(checks);
    await ctx.sleep("20ms"); // In real life: "1m".
  }
  return ctx.continueAsNew({ checks, failuresInARow });
});

await using provider = await SqliteProvider.open(":memory:");
await using _runtime = await Runtime.start({ provider, activities: [isUp, alert], orchestrations: [monitor] });
const client = new Client(provider);

const handle = await client.start(monitor, { checks: 0, failuresInARow: 0 }, { instanceId: "monitor" });
const checksSoFar = async () => Number((await handle.status()).customStatus ?? 0);
while ((await checksSoFar()) < 17) await sleep(10);

await handle.cancel("the example is over");
const error = await handle.result({ timeout: "30s" }).catch((reason: unknown) => reason);
if (error instanceof CancelledError) console.log(error.message);

const executions = await client.listExecutions("monitor");
for (const { executionId, status } of executions.slice(0, 3)) console.log(`execution ${executionId}: ${status}`);
const { executions: removed } = await client.prune({ instanceId: "monitor" });
console.log(`pruned all but the last: ${removed === executions.length - 1}`);
