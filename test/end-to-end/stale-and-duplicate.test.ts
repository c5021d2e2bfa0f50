import assert from "node:assert/strict";
import { activity, orchestration } from "../../src/definition/index.ts";
import { InstanceEndedError, InstanceNotFoundError } from "../../src/errors/index.ts";
import { type Message, encodeMessage } from "../../src/history/index.ts";
import { historyOf, kindsOf, untilRecorded, untilStatus } from "../support/instances.ts";
import { type World, inEveryMode } from "../support/world.ts";

const never = activity("never", () => new Promise<string>(() => undefined));

/** Waits for an activity that never ends by itself, and then for a message, so that one sees what comes twice. */
const waiting = orchestration("waiting", async (ctx) => {
  const result = await ctx.activity(never);
  await ctx.receive("end");
  return result;
});

const nodeOptions = { orchestrations: [waiting], activities: [never] };

const inject = (world: World, instanceId: string, message: Message) =>
  world.provider.enqueue([{ instanceId, lane: "normal", ...encodeMessage(message) }]);

const completion = (runId: string, value: string, more: object = {}): Message => ({
  kind: "ActivityCompleted",
  runId,
  executionId: 1,
  scheduledId: 2,
  payload: JSON.stringify(value),
  ...more,
});

const droppedLines = (world: World) =>
  world.log
    .find("message dropped")
    .map(({ level, fields }) => [level, fields["instanceId"], fields["what"], fields["why"]]);

inEveryMode("a completion for another run of the id is dropped with a warning", async (world) => {
  const { client } = world;
  await world.start(nodeOptions);
  const handle = await client.start(waiting, undefined, { instanceId: "w" });
  const { runId } = await untilStatus(world, "w", "running");
  await inject(world, "w", completion("another-run", "wrong"));
  await inject(world, "w", completion(runId, "right"));
  await handle.send("end", null);
  assert.equal(await handle.result({ timeout: "10s" }), "right");
  assert.deepEqual(droppedLines(world), [
    ["warn", "w", "ActivityCompleted for event 2", "it is for another run of this id"],
  ]);
});

inEveryMode("a completion that is delivered again is dropped, in the same batch and later", async (world) => {
  const { client } = world;
  const first = await world.start(nodeOptions);
  const handle = await client.start(waiting, undefined, { instanceId: "w" });
  const { runId } = await untilStatus(world, "w", "running");
  await untilRecorded(world, "w", "ActivityScheduled");
  await first.stop({ timeout: 0 });
  for (const value of ["first", "second"]) await inject(world, "w", completion(runId, value));
  await world.start(nodeOptions);
  await untilRecorded(world, "w", "ReceiveOpened");
  await inject(world, "w", completion(runId, "third"));
  await world.until("all are dropped", () => droppedLines(world).length === 2);
  for (const line of droppedLines(world)) {
    assert.deepEqual(line, ["warn", "w", "ActivityCompleted for event 2", "its operation has ended before"]);
  }
  await handle.send("end", null);
  assert.equal(await handle.result({ timeout: "10s" }), "first");
  assert.equal((await kindsOf(world, "w")).filter((kind) => kind === "ActivityCompleted").length, 1);
});

inEveryMode("duplicates of every kind of completion change nothing", async (world) => {
  const { client } = world;
  const quick = activity("quick", () => 1);
  const child = orchestration("child", () => 2);
  const all = orchestration("all", async (ctx) => {
    const values = [await ctx.activity(quick), await ctx.subOrchestration(child), await ctx.sleep(1)];
    return [...values, await ctx.receive("end")];
  });
  await world.start({ orchestrations: [all, child], activities: [quick] });
  const handle = await client.start(all, undefined, { instanceId: "a" });
  await untilRecorded(world, "a", "ReceiveOpened");
  const before = await historyOf(world, "a");
  const { runId } = await client.getStatus("a");
  for (const event of before) {
    if (!("scheduledId" in event) || event.kind === "OperationCancelled") continue;
    const { eventId: _eventId, at: _at, ...rest } = event;
    await inject(world, "a", { ...rest, runId, executionId: 1 });
  }
  await world.until("all are dropped", () => droppedLines(world).length === 3);
  assert.deepEqual(await historyOf(world, "a"), before);
  await handle.send("end", 3);
  assert.deepEqual(await handle.result({ timeout: "10s" }), [1, 2, undefined, 3]);
});

inEveryMode("a completion of a wait that the code has given up is dropped", async (world) => {
  const { client } = world;
  const impatient = orchestration("impatient", async (ctx) => {
    const abort = new AbortController();
    const result = ctx.activity(never, undefined, { signal: abort.signal }).catch((error: Error) => error.name);
    await ctx.receive("now");
    abort.abort();
    await ctx.receive("end");
    return result;
  });
  await world.start({ orchestrations: [impatient], activities: [never] });
  const handle = await client.start(impatient, undefined, { instanceId: "i" });
  await handle.send("now", null);
  await untilRecorded(world, "i", "OperationCancelled");
  const { runId } = await client.getStatus("i");
  await inject(world, "i", completion(runId, "too late"));
  await world.until("it is dropped", () => droppedLines(world).length === 1);
  await handle.send("end", null);
  assert.equal(await handle.result({ timeout: "10s" }), "AbortError");
});

inEveryMode("a completion for something never scheduled ends its instance, and no other", async (world) => {
  const { client } = world;
  await world.start(nodeOptions);
  const [bad, good] = await client.startMany([
    { orchestration: waiting, instanceId: "bad" },
    { orchestration: waiting, instanceId: "good" },
  ]);
  const runs = [await untilStatus(world, "bad", "running"), await untilStatus(world, "good", "running")];
  await inject(world, "bad", completion(runs[0]?.runId as string, "x", { scheduledId: 77 }));
  await inject(world, "good", completion(runs[1]?.runId as string, "fine"));
  await assert.rejects(bad.result({ timeout: "10s" }), { code: "NONDETERMINISM" });
  await good.send("end", null);
  assert.equal(await good.result({ timeout: "10s" }), "fine");
});

inEveryMode("messages to an unknown instance are refused, and stall nobody", async (world) => {
  const { client } = world;
  await world.start(nodeOptions);
  const calls = [
    () => client.send("nobody", "m", 1),
    () => client.raiseEvent("nobody", "e", 1),
    () => client.cancel("nobody"),
    () => client.terminate("nobody"),
    () => client.delete("nobody"),
    () => client.releaseQuarantine("nobody"),
    () => client.getHandle("nobody").result({ timeout: "10s" }),
  ];
  for (const call of calls) await assert.rejects(call, InstanceNotFoundError);
  assert.deepEqual(await inject(world, "nobody", completion("r", "x")), ["unknown"]);
  const handle = await client.start(waiting, undefined, { instanceId: "w" });
  const { runId } = await untilStatus(world, "w", "running");
  await inject(world, "w", completion(runId, "fine"));
  await handle.send("end", null);
  assert.equal(await handle.result({ timeout: "10s" }), "fine");
});

inEveryMode("messages to an ended instance are refused, and change nothing", async (world) => {
  const { client } = world;
  const done = orchestration("done", () => "done");
  await world.start({ orchestrations: [done] });
  const handle = await client.start(done, undefined, { instanceId: "d" });
  await handle.result({ timeout: "10s" });
  const before = [await client.getStatus("d"), await historyOf(world, "d")];
  await assert.rejects(client.send("d", "m", 1), InstanceEndedError);
  await assert.rejects(client.raiseEvent("d", "e", 1), InstanceEndedError);
  await client.cancel("d", "too late");
  await client.terminate("d", "too late");
  assert.deepEqual(await inject(world, "d", completion("r", "x")), ["ended"]);
  assert.deepEqual([await client.getStatus("d"), await historyOf(world, "d")], before);
});

inEveryMode("what still waits for an instance when it ends is dropped with a warning", async (world) => {
  const { client, log } = world;
  const first = orchestration("first", (ctx) => ctx.receive("m"));
  const handle = await client.start(first, undefined, { instanceId: "f" });
  for (let n = 1; n <= 3; n += 1) await handle.send("m", n);
  await world.start({ orchestrations: [first] });
  assert.equal(await handle.result({ timeout: "10s" }), 1);
  await world.until("the others are dropped", () => log.find("message dropped").length === 2);
  assert.deepEqual(droppedLines(world)[0], ["warn", "f", "MessageArrived", "the execution has ended"]);
});
