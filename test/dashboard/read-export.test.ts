import assert from "node:assert/strict";
import { test } from "node:test";
import { readExport } from "../../dashboard/src/file/read-export.ts";
import { Client } from "../../src/client/index.ts";
import { orchestration } from "../../src/definition/index.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { Runtime } from "../../src/runtime/index.ts";
import { exportInstance } from "../../src/transfer/index.ts";

test("the page reads what an export has of every execution and every member of the family", async () => {
  await using provider = await SqliteProvider.open(":memory:");
  const child = orchestration("child", async () => 1);
  const twice = orchestration("twice", async (ctx, again: boolean): Promise<number> => {
    if (again) return await ctx.continueAsNew(false);
    return await ctx.subOrchestration(child, undefined, { instanceId: "child" });
  });
  await using _node = await Runtime.start({ provider, orchestrations: [twice, child] });
  await (await new Client(provider).start(twice, true, { instanceId: "twice" })).result({ timeout: "10s" });
  const executions = readExport(JSON.stringify(await exportInstance(provider, "twice")));
  assert.deepEqual(
    executions.map(({ instanceId, executionId, events }) => [instanceId, executionId, events.at(-1)?.kind]),
    [
      ["twice", 1, "OrchestrationContinuedAsNew"],
      ["twice", 2, "OrchestrationCompleted"],
      ["child", 1, "OrchestrationCompleted"],
    ],
  );
  assert.throws(() => readExport("{}"), /no export/);
});
