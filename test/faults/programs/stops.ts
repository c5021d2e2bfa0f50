// Stops its nodes, each with something left open, and then has nothing more to do.
import { Client } from "../../../src/client/index.ts";
import { activity, orchestration } from "../../../src/definition/index.ts";
import { SqliteProvider } from "../../../src/providers/sqlite/index.ts";
import { Runtime } from "../../../src/runtime/index.ts";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "perdure-test-"));
const started = Promise.withResolvers<void>();
const endless = activity("endless", { timeout: "1h", heartbeatTimeout: "1h", scheduleToClose: "2h" }, (ctx) => {
  ctx.heartbeat(1);
  ctx.heartbeat(2);
  started.resolve();
  return new Promise<void>(() => undefined);
});
const caller = orchestration("caller", async (ctx) => {
  await Promise.all([ctx.activity(endless), ctx.sleep("1h"), ctx.waitForEvent("never", { timeout: "1h" })]);
});
const definitions = { orchestrations: [caller], activities: [endless] };

const file = await SqliteProvider.open(join(folder, "store.db"));
const node = await Runtime.start({ ...definitions, provider: file });
const other = await Runtime.start({ ...definitions, provider: file });
const client = new Client(file);
const handle = await client.start(caller);
await started.promise;
await handle.result({ timeout: 10 }).catch(() => undefined);
await Promise.all([node.stop({ timeout: 10 }), other.stop({ timeout: 10 })]);
await file.close();

await using memory = await SqliteProvider.open(":memory:");
await using _last = await Runtime.start({ ...definitions, provider: memory });
rmSync(folder, { recursive: true });
console.log("all stopped");
