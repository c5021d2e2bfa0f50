import assert from "node:assert/strict";
import { activity, orchestration } from "../../src/definition/index.ts";
import { rawSql } from "../support/raw-store.ts";
import { type World, inEveryMode } from "../support/world.ts";

const count = 40;
const each = Array.from({ length: count }, (_, index) => index);

const caller = orchestration("caller", (ctx, queues: string[]) =>
  Promise.all(each.map((index) => ctx.activity("act", index, { queue: queues[index % queues.length] as string }))),
);

/** Has activities in the queue as if they had been lost with their nodes so often; no node runs them yet. */
async function startLost(world: World, lost: number, queues: string[]) {
  const planner = await world.start({ orchestrations: [caller] });
  const handle = await world.client.start(caller, queues);
  const scheduled = () => rawSql(world, "SELECT id FROM perdure_work").length === count;
  await world.until("all are scheduled", scheduled);
  await planner.stop();
  rawSql(world, "UPDATE perdure_work_items SET lost = ? RETURNING id", lost);
  return handle;
}

for (const queues of [["default"], ["default", "other"]]) {
  inEveryMode(`suspects of ${queues.length} queues run one by one, without a pause`, async (world) => {
    const handle = await startLost(world, 2, queues);
    let running = 0;
    const act = activity("act", async (_ctx, index: number) => {
      running += 1;
      assert.equal(running, 1);
      // Some end at once, some while the next fetch is under way, and some after it.
      for (let turns = index % 4; turns > 0; turns -= 1) await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return index;
    });
    await world.start({
      orchestrations: [caller],
      activities: [act],
      queues: Object.fromEntries(queues.map((name) => [name, {}])),
    });
    assert.deepEqual(await handle.result({ timeout: "10s" }), each);
  });
}

inEveryMode("what is under no suspicion runs beside a suspect, and takes its room", async (world) => {
  const handle = await startLost(world, 2, ["default"]);
  const allBegan = Promise.withResolvers<void>();
  const act = activity("act", async (_ctx, index: number) => {
    await allBegan.promise;
    return index;
  });
  let began = 0;
  const fresh = activity("fresh", async () => {
    began += 1;
    if (began === 9) allBegan.resolve();
    await allBegan.promise;
  });
  const honest = orchestration("honest", async (ctx) => {
    await Promise.all(Array.from({ length: 9 }, () => ctx.activity(fresh)));
    return "done";
  });
  const orchestrations = [caller, honest];
  await world.start({ orchestrations, activities: [act, fresh], concurrency: { activities: 10 } });
  assert.equal(await (await world.client.start(honest)).result({ timeout: "10s" }), "done");
  assert.deepEqual(await handle.result({ timeout: "10s" }), each);
});

inEveryMode("to be lost once is no reason to run alone", async (world) => {
  const handle = await startLost(world, 1, ["default"]);
  const allBegan = Promise.withResolvers<void>();
  let began = 0;
  const act = activity("act", async (_ctx, index: number) => {
    began += 1;
    if (began === count) allBegan.resolve();
    await allBegan.promise;
    return index;
  });
  await world.start({ orchestrations: [caller], activities: [act] });
  assert.deepEqual(await handle.result({ timeout: "10s" }), each);
});
