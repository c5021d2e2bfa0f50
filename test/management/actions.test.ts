import assert from "node:assert/strict";
import { mailbox, orchestration } from "../../src/definition/index.ts";
import { InstanceRunningError, InvalidArgumentError } from "../../src/errors/index.ts";
import { Management } from "../../src/management/index.ts";
import { inEveryMode } from "../support/world.ts";

const box = mailbox<string>("box");
const waiting = orchestration("waiting", async (ctx) => ctx.receive(box));

inEveryMode("an operator starts, sends, cancels, terminates and deletes", async (world) => {
  const management = new Management(world.provider);
  await world.start({ orchestrations: [waiting] });
  const status = async (id: string) => (await management.describe(id)).instance.status;
  for (const instanceId of ["a", "b", "c"]) await management.start("waiting", null, { instanceId });
  await management.send("a", "box", { hello: 1 });
  assert.deepEqual(await management.client.getHandle("a").result({ timeout: "10s" }), { hello: 1 });
  await management.act("b", { action: "cancel", reason: "enough" });
  await management.act("c", { action: "terminate", reason: "enough" });
  await world.until(
    "both have ended",
    async () => (await status("b")) === "cancelled" && (await status("c")) === "terminated",
  );
  assert.deepEqual(await management.act("a", { action: "delete" }), { instanceIds: ["a"] });
  await management.start("waiting", null, { instanceId: "d" });
  await assert.rejects(management.act("d", { action: "delete" }), InstanceRunningError);
  assert.deepEqual(await management.act("d", { action: "delete", force: true }), { instanceIds: ["d"] });
  await assert.rejects(management.act("b", { action: "destroy" as "delete" }), InvalidArgumentError);
  const { instances, liveNodes, quarantined } = await management.overview();
  assert.deepEqual(
    [instances, liveNodes, quarantined],
    [{ pending: 0, running: 0, completed: 0, failed: 0, cancelled: 1, terminated: 1 }, 1, 0],
  );
});

inEveryMode("a bulk action is previewed, reaches what its filter finds, and goes on where one fails", async (world) => {
  const management = new Management(world.provider);
  await management.client.startMany(
    Array.from({ length: 450 }, (_, index) => ({ orchestration: waiting, instanceId: `bulk-${index}` })),
  );
  await management.start("waiting", null, { instanceId: "other" });
  const filter = { idContains: "bulk-", status: "pending" } as const;
  const { count, examples } = await management.previewBulk(filter);
  assert.deepEqual([count, examples.length, examples[0]], [450, 10, "bulk-449"]);
  const seen: number[] = [];
  const refused = await management.actOnAll({
    filter,
    action: "delete",
    onProgress: ({ done, failed }) => seen.push(done + failed),
  });
  assert.deepEqual([refused.done, refused.failed, refused.failures.length], [0, 450, 100]);
  assert.equal(refused.failures[0]?.code, "INSTANCE_RUNNING");
  assert.deepEqual(seen, [200, 400, 450]);
  assert.equal((await management.actOnAll({ filter, action: "delete", force: true })).done, 450);
  assert.deepEqual(
    (await management.list()).instances.map(({ instanceId }) => instanceId),
    ["other"],
  );
});

inEveryMode("traffic tells how long what has ended took", async (world) => {
  const management = new Management(world.provider);
  await world.start({ orchestrations: [orchestration("quick", async () => 1)] });
  await (await world.client.start("quick", null, { instanceId: "q" })).result({ timeout: "10s" });
  const { ended, startedAt, isTruncated } = await management.traffic({ sinceMs: 60_000, limit: 100 });
  assert.deepEqual([ended.map(({ name, status }) => [name, status]), startedAt.length], [[["quick", "completed"]], 1]);
  assert.ok((ended[0]?.tookMs ?? -1) >= 0 && !isTruncated);
  await assert.rejects(management.traffic({ sinceMs: 1, limit: 0 }), InvalidArgumentError);
});
