// What a user's program looks like, run as one by program.test.ts: it says nothing about logging.
import { activity, Client, orchestration, Runtime } from "../../../src/index.ts";
import { SqliteProvider } from "../../../src/providers/sqlite/index.ts";

const greet = activity("greet", (_ctx, name: string) => `Hello ${name}!`);
const hello = orchestration("hello", async (ctx, name: string) => {
  ctx.log.info("greeting");
  return ctx.activity(greet, name);
});

await using provider = await SqliteProvider.open(":memory:");
await using _runtime = await Runtime.start({ provider, activities: [greet], orchestrations: [hello] });
const handle = await new Client(provider).start(hello, "Ada", { instanceId: "hello-1" });
console.log(await handle.result());
