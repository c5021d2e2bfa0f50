import assert from "node:assert/strict";
import { activity, orchestration } from "../../src/definition/index.ts";
import { SqliteProvider } from "../../src/providers/sqlite/index.ts";
import { untilRecorded } from "../support/instances.ts";
import { inEveryMode } from "../support/world.ts";

const hour = 3_600_000;
const noop = activity("noop", () => null);

inEveryMode("now() never decreases, stands still within a turn, and is the same on every replay", async (world) => {
  const runs: number[][] = [];
  const watcher = orchestration("watcher", async (ctx) => {
    const seen: number[] = [];
    runs.push(seen);
    for (let step = 0; step < 5; step += 1) {
      seen.push(ctx.now());
      await Promise.resolve();
      seen.push(ctx.now());
      await Promise.all([ctx.activity(noop), ctx.activity(noop), ctx.sleep(step)]);
    }
    return seen;
  });
  await world.start({ orchestrations: [watcher], activities: [noop] });
  const seen = await (await world.client.start(watcher, undefined, { instanceId: "w" })).result({ timeout: "10s" });
  assert.deepEqual(seen, seen.toSorted(byTime));
  for (let step = 0; step < seen.length; step += 2) assert.equal(seen[step], seen[step + 1]);
  for (const run of runs) assert.deepEqual(run, seen.slice(0, run.length));
  const history = await world.client.getHistory("w");
  const times = history.map(({ at }) => at);
  assert.deepEqual(times, times.toSorted(byTime));
  assert.ok(
    seen.every((now) => times.includes(now)),
    "now() is when an event was delivered",
  );
});

let offset = 0;
const adjustable = () => Date.now() + offset;

const steps = orchestration("steps", async (ctx) => {
  const seen: number[] = [];
  for (let step = 0; step < 4; step += 1) {
    seen.push(ctx.now());
    if (step === 1) await ctx.receive("go on");
    await ctx.activity(noop);
    await ctx.sleep(20);
  }
  return seen;
});

inEveryMode(
  "a clock that is set back an hour does no harm to a node that runs",
  async (world) => {
    const node = await world.start({ orchestrations: [steps], activities: [noop], leaseDuration: "1s" });
    const { nodeId } = node;
    const handle = await world.client.start(steps);
    await untilRecorded(world, handle.instanceId, "ReceiveOpened");
    offset -= hour;
    await handle.send("go on");
    const seen = await handle.result({ timeout: "10s" });
    assert.deepEqual(seen, seen.toSorted(byTime));
    assert.ok((seen[3] ?? 0) - (seen[2] ?? 0) >= 20, "timers are not early");
    assert.equal(node.nodeId, nodeId);
  },
  { clock: adjustable },
);

inEveryMode(
  "a clock that is set back an hour between two runs of a program does no harm to what waits in the store",
  async (world) => {
    const first = await world.start({ orchestrations: [steps], activities: [noop] });
    const handle = await world.client.start(steps);
    await untilRecorded(world, handle.instanceId, "ReceiveOpened");
    await first.stop();
    await handle.send("go on");
    offset -= hour;
    await using provider = await SqliteProvider.open(world.file, { clock: adjustable });
    const second = await world.start({ provider, orchestrations: [steps], activities: [noop] });
    const seen = await handle.result({ timeout: "10s" });
    assert.deepEqual(seen, seen.toSorted(byTime));
    await second.stop();
  },
  { clock: adjustable },
);

const byTime = (a: number, b: number): number => a - b;
