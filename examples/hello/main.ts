import { join } from "node:path";
import { activity, Client, orchestration, Runtime } from "perdure";
import { SqliteProvider } from "perdure/sqlite";

const greet = activity("greet", { retry: { maxAttempts: 3 } }, async (_ctx, name: string) => {
  console.log(`greeting ${name}`);
  return `Hello ${name}`;
});

const welcome = orchestration("welcome", async (ctx, names: string[]) => {
  const greetings = await Promise.all(names.map((name) => ctx.activity(greet, name)));
  await ctx.sleep("500ms"); // End the process here: the next one goes on from here, and greets nobody again.
  return greetings.join(", ");
});

await using provider = await SqliteProvider.open(process.argv[2] ?? join(import.meta.dirname, "hello.db"));
await using _runtime = await Runtime.start({ provider, activities: [greet], orchestrations: [welcome] });

const client = new Client(provider);
const handle = await client.start(welcome, ["Ada", "Grace"], { instanceId: "welcome-1" });
console.log(await handle.result({ timeout: "30s" }));
