import { activity, Client, NonRetryableError, orchestration, RetryAfterError, Runtime } from "perdure";
import { SqliteProvider } from "perdure/sqlite";

const pages = ["Ada", "Grace", "Edsger", "Barbara", "Tony", "Frances"];

// Stands for a service that refuses for a while, and for a connection that breaks.
let requests = 0;
async function fetchPage(page: number): Promise<string> {
  requests += 1;
  if (requests === 3) throw new Error("the connection broke");
  if (requests === 5) throw new RetryAfterError("too many requests", "30ms");
  const name = pages[page];
  if (name === undefined) throw new NonRetryableError(`there is no page ${page}`, { code: "NO_SUCH_PAGE" });
  return name;
}

/** Imports page after page. An attempt goes on where the last one came to, because each page is a heartbeat. */
const importPages = activity(
  "import-pages",
  { retry: { maxAttempts: 5, initialInterval: "10ms" }, heartbeatTimeout: "5s", timeout: "1m" },
  async (ctx, count: number) => {
    const { done } = (ctx.lastHeartbeat ?? { done: 0 }) as { readonly done: number };
    console.log(`attempt ${ctx.attempt} begins at page ${done}`);
    for (let page = done; page < count; page += 1) {
      const name = await fetchPage(page);
      console.log(`  ${page}: ${name}`);
      ctx.heartbeat({ done: page + 1 });
    }
    return count;
  },
);

const importAll = orchestration("import-all", async (ctx, count: number) => {
  try {
    return `imported ${await ctx.activity(importPages, count)} pages`;
  } catch (error) {
    const { code, message, attempts } = error as { code: string; message: string; attempts: number };
    return `${code} at attempt ${attempts}: ${message}`;
  }
});

await using provider = await SqliteProvider.open(":memory:");
await using _runtime = await Runtime.start({ provider, activities: [importPages], orchestrations: [importAll] });
const client = new Client(provider);

const handle = await client.start(importAll, pages.length, { instanceId: "people" });
console.log(await handle.result({ timeout: "30s" }));

// Retries happen at the queue: however many there were, the history has one activity.
const events = await client.getHistory("people");
console.log(events.map(({ kind }) => kind).join(", "));

const beyond = await client.start(importAll, pages.length + 1, { instanceId: "beyond" });
console.log(await beyond.result({ timeout: "30s" }));
