import { tmpdir } from "node:os";
import { activity } from "../../../src/definition/index.ts";
import { SqliteProvider } from "../../../src/providers/sqlite/index.ts";
import { rawSql } from "../../support/raw-store.ts";
import { provokes, resultOf, run } from "./provokes.ts";

provokes("STORAGE", () => SqliteProvider.open(tmpdir()));

provokes("CORRUPT_PAYLOAD", async (world) => {
  const handle = await run(world, () => "fine");
  await handle.result();
  rawSql(world, "UPDATE perdure_history SET payload = '{' WHERE event_id = 2");
  await handle.result();
});

provokes("CORRUPT_HISTORY", async (world) => {
  await resultOf(run(world, (ctx) => ctx.sleep(1)));
  rawSql(world, "DELETE FROM perdure_history WHERE event_id = 2");
  await world.client.getHistory("one");
});

provokes("ACTIVITY_LOST", async (world) => {
  // Nobody has it yet: the item waits in its queue, where its losses are counted.
  const handle = await run(world, (ctx) => ctx.activity("deadly"));
  await world.until("it is queued", () => rawSql(world, "SELECT 1 FROM perdure_work").length === 1);
  rawSql(world, "UPDATE perdure_work_items SET lost = 99");
  await world.start({ activities: [activity("deadly", () => 1)] });
  await handle.result({ timeout: "20s" });
});

provokes("SCHEMA_VERSION", (world) => {
  rawSql(world, "INSERT INTO perdure_schema_versions VALUES (99, 0)");
  return SqliteProvider.open(world.file);
});
