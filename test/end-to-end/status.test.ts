import assert from "node:assert/strict";
import { orchestration } from "../../src/definition/index.ts";
import { untilStatus } from "../support/instances.ts";
import { inEveryMode } from "../support/world.ts";

inEveryMode("the status follows an instance through its whole life", async (world) => {
  const { client } = world;
  const phases = orchestration("phases", { version: "1.2.3" }, async (ctx, input: number): Promise<unknown> => {
    if (ctx.executionId === 1) {
      ctx.setCustomStatus({ phase: "first", at: new Date(0) });
      await ctx.receive("next");
      return ctx.continueAsNew(input + 1);
    }
    await ctx.receive("next");
    ctx.setCustomStatus("second");
    await ctx.receive("next");
    return { input };
  });
  const handle = await client.start("phases", 1, { instanceId: "p" });
  const pending = await client.getStatus("p");
  assert.equal(typeof pending.runId, "string");
  assert.ok(Math.abs(pending.createdAt.getTime() - Date.now()) < 60_000);
  const { runId, createdAt } = pending;
  const always = { instanceId: "p", runId, name: "phases", createdAt };
  assert.deepEqual(pending, { ...always, status: "pending", executionId: 1, updatedAt: createdAt });

  await world.start({ orchestrations: [phases] });
  const first = await untilStatus(world, "p", "running");
  assert.deepEqual(first, {
    ...always,
    version: "1.2.3",
    status: "running",
    executionId: 1,
    updatedAt: first.updatedAt,
    customStatus: { phase: "first", at: new Date(0) },
  });
  assert.ok(first.updatedAt >= createdAt);

  await handle.send("next", null);
  const second = await world.until("the second execution runs", async () => {
    const status = await client.getStatus("p");
    return status.executionId === 2 ? status : undefined;
  });
  assert.equal(second.status, "running");
  assert.deepEqual(second.customStatus, { phase: "first", at: new Date(0) });
  await handle.send("next", null);
  const changed = await world.until("the custom status changes", async () => {
    const status = await client.getStatus("p");
    return status.customStatus === "second" ? status : undefined;
  });
  assert.ok(changed.updatedAt >= second.updatedAt);
  await handle.send("next", null);
  assert.deepEqual(await handle.result({ timeout: "10s" }), { input: 2 });
  const completed = await handle.status();
  assert.deepEqual(completed, {
    ...always,
    version: "1.2.3",
    status: "completed",
    executionId: 2,
    updatedAt: completed.updatedAt,
    customStatus: "second",
    result: { input: 2 },
  });
});

inEveryMode("every end has its status, and its error", async (world) => {
  const { client } = world;
  const ending = orchestration("ending", async (ctx, how: string) => {
    if (how === "fail") throw new TypeError("as asked");
    if (how !== "complete") await ctx.receive("never");
    return 1;
  });
  await world.start({ orchestrations: [ending] });
  const ids = ["complete", "fail", "cancel", "terminate"];
  await client.startMany(ids.map((input) => ({ orchestration: ending, input, instanceId: input })));
  for (const id of ["cancel", "terminate"]) await untilStatus(world, id, "running");
  await client.cancel("cancel", "a reason");
  await client.terminate("terminate", "another");
  await untilStatus(world, "complete", "completed");
  const failed = await untilStatus(world, "fail", "failed");
  assert.ok(failed.error instanceof TypeError);
  assert.equal((await untilStatus(world, "cancel", "cancelled")).error?.message, "Cancelled: a reason");
  assert.equal((await untilStatus(world, "terminate", "terminated")).error?.message, "Terminated: another");
});

inEveryMode("a list can be narrowed by status and name, and read page by page", async (world) => {
  const { client } = world;
  const even = orchestration("even", (ctx) => ctx.receive("go"));
  const odd = orchestration("odd", () => "done");
  await world.start({ orchestrations: [even, odd] });
  const all = Array.from({ length: 25 }, (_, n) => `i-${String(n).padStart(2, "0")}`);
  for (const [n, instanceId] of all.entries()) await client.start(n % 2 === 0 ? even : odd, undefined, { instanceId });
  for (const [n, id] of all.entries()) await untilStatus(world, id, n % 2 === 0 ? "running" : "completed");

  const read = async (filter: Parameters<typeof client.list>[0]) => {
    const pages: string[][] = [];
    let cursor: string | undefined;
    do {
      const page = await client.list({ ...filter, ...(cursor !== undefined && { cursor }) });
      pages.push(page.instances.map(({ instanceId }) => instanceId));
      cursor = page.cursor;
    } while (cursor !== undefined);
    return pages;
  };
  const newestFirst = all.toReversed();
  const pages = await read({ limit: 10 });
  assert.deepEqual(pages.flat(), newestFirst);
  assert.ok(pages.length <= 4 && pages.every((page) => page.length <= 10));
  const completed = newestFirst.filter((id) => Number(id.slice(2)) % 2 === 1);
  assert.deepEqual((await read({ status: "completed", limit: 5 })).flat(), completed);
  assert.deepEqual((await read({ name: "odd" })).flat(), completed);
  assert.deepEqual((await read({ name: "even", status: ["completed", "failed"] })).flat(), []);
  assert.deepEqual((await read({ status: ["running", "completed"] })).flat(), newestFirst);
});
