import assert from "node:assert/strict";
import { type OrchestrationContext, activity, event, mailbox, orchestration } from "../../src/definition/index.ts";
import { CancelledError, NondeterminismError, TerminatedError } from "../../src/errors/index.ts";
import { checkHistories } from "../support/history-checks.ts";
import { errorOf, historyOf, kindsOf, untilRecorded, untilStatus } from "../support/instances.ts";
import { rawSql } from "../support/raw-store.ts";
import { type World, inEveryMode } from "../support/world.ts";

const numbers = mailbox<number>("numbers");
const never = event<void>("never");
const note = activity("note", (_ctx, what: string) => what);
const waiting = orchestration("waiting", (ctx) => ctx.waitForEvent(never));

const rows = (world: World, table: string) => rawSql(world, `SELECT * FROM perdure_${table}`).length;
const nameOf = (promise: Promise<unknown>) =>
  promise.then(
    (value) => value,
    (error: Error) => error.name,
  );

/** An activity that runs until its signal is aborted, and gives a result all the same. */
function endless() {
  const started = Promise.withResolvers<AbortSignal>();
  const definition = activity("endless", (ctx) => {
    started.resolve(ctx.signal);
    return new Promise((resolve) => ctx.signal.addEventListener("abort", () => resolve("too late")));
  });
  return { definition, started: started.promise };
}

/** One of every kind of operation, each with a name. */
const everything = (ctx: OrchestrationContext, signal?: AbortSignal): Readonly<Record<string, Promise<unknown>>> => {
  const call = signal && { signal };
  return {
    activity: ctx.activity("endless", null, call),
    timer: ctx.sleep("1h", call),
    event: ctx.waitForEvent(never, { ...call, timeout: "1h" }),
    message: ctx.receive(numbers, { ...call, timeout: "1h" }),
    child: ctx.subOrchestration(waiting, undefined, { ...call, instanceId: "child" }),
  };
};

inEveryMode("cancel rejects all that is awaited, and the function may still do work before it ends", async (world) => {
  const { definition, started } = endless();
  const tidy = orchestration("tidy", async (ctx) => {
    const outcomes = Object.values(everything(ctx)).map(nameOf);
    try {
      await ctx.sleep("1h");
    } catch (error) {
      assert.ok(error instanceof CancelledError);
      ctx.setCustomStatus([await Promise.all(outcomes), await ctx.activity(note, "cleaned up"), error.reason]);
      await ctx.sleep(1);
      throw error;
    }
  });
  await world.start({ orchestrations: [tidy, waiting], activities: [definition, note] });
  const handle = await world.client.start(tidy, undefined, { instanceId: "t" });
  const signal = await started;
  await untilStatus(world, "child", "running");
  await handle.cancel("no longer needed");
  const error = await errorOf(handle.result({ timeout: "10s" }));
  assert.ok(error instanceof CancelledError);
  assert.equal(error.reason, "no longer needed");
  const { customStatus } = await untilStatus(world, "t", "cancelled");
  assert.deepEqual(customStatus, [Array(5).fill("CancelledError"), "cleaned up", "no longer needed"]);
  await untilStatus(world, "child", "cancelled");
  await world.until("the activity is aborted", () => signal.aborted);
  assert.deepEqual([rows(world, "work"), rows(world, "timers")], [0, 0]);
  const events = await checkHistories(world.client, "t");
  const given = events.filter((one) => one.kind === "OperationCancelled");
  assert.deepEqual(
    given.map(({ cause }) => cause),
    Array(6).fill("cancel"),
  );
});

inEveryMode("one that catches its cancellation and returns has completed", async (world) => {
  const stubborn = orchestration("stubborn", async (ctx) => {
    const first = await nameOf(ctx.waitForEvent(never));
    return [first, await ctx.activity(note, "went on")];
  });
  await world.start({ orchestrations: [stubborn], activities: [note] });
  const handle = await world.client.start(stubborn, undefined, { instanceId: "s" });
  await untilRecorded(world, "s", "EventWaitOpened");
  await handle.cancel();
  assert.deepEqual(await handle.result({ timeout: "10s" }), ["CancelledError", "went on"]);
});

inEveryMode("a second request to cancel does not disturb the cleanup", async (world) => {
  const slow = orchestration("slow", async (ctx) => {
    await nameOf(ctx.waitForEvent(never));
    ctx.setCustomStatus("cleaning");
    return ctx.receive(numbers);
  });
  await world.start({ orchestrations: [slow] });
  const handle = await world.client.start(slow, undefined, { instanceId: "s" });
  await untilRecorded(world, "s", "EventWaitOpened");
  await handle.cancel("first");
  await world.until("it cleans up", async () => (await handle.status()).customStatus === "cleaning");
  await handle.cancel("second");
  await handle.send(numbers, 5);
  assert.equal(await handle.result({ timeout: "10s" }), 5);
  assert.deepEqual(
    world.log.find("message dropped").map(({ fields }) => fields["why"]),
    ["cancellation was requested before"],
  );
});

inEveryMode("a whole family is cancelled from its root, each member with its own cleanup", async (world) => {
  const member = orchestration("member", async (ctx, depth: number): Promise<unknown> => {
    try {
      if (depth === 0) return await ctx.waitForEvent(never);
      return await ctx.subOrchestration("member", depth - 1, { instanceId: `m-${depth - 1}` });
    } catch (error) {
      ctx.setCustomStatus(await ctx.activity(note, `cleaned ${depth}`));
      throw error;
    }
  });
  await world.start({ orchestrations: [member], activities: [note] });
  const handle = await world.client.start(member, 2, { instanceId: "m-2" });
  await untilRecorded(world, "m-0", "EventWaitOpened");
  await handle.cancel();
  for (const depth of [0, 1, 2]) {
    assert.equal((await untilStatus(world, `m-${depth}`, "cancelled")).customStatus, `cleaned ${depth}`);
  }
});

inEveryMode("terminate ends an instance and its children at once, without running their code again", async (world) => {
  const { definition, started } = endless();
  let cleanups = 0;
  const tidy = orchestration("tidy", async (ctx) => {
    try {
      await Promise.all(Object.values(everything(ctx)));
    } catch {
      cleanups += 1;
    }
  });
  await world.start({ orchestrations: [tidy, waiting], activities: [definition] });
  const handle = await world.client.start(tidy, undefined, { instanceId: "t" });
  const signal = await started;
  await untilStatus(world, "child", "running");
  await handle.terminate("at once");
  const error = await errorOf(handle.result({ timeout: "10s" }));
  assert.ok(error instanceof TerminatedError);
  assert.equal(error.reason, "at once");
  await untilStatus(world, "t", "terminated");
  await untilStatus(world, "child", "terminated");
  await world.until("the activity is aborted", () => signal.aborted);
  assert.equal(cleanups, 0);
  assert.deepEqual([rows(world, "work"), rows(world, "timers"), rows(world, "messages")], [0, 0, 0]);
  assert.equal((await kindsOf(world, "t")).at(-1), "ExecutionEnded");
});

inEveryMode("aborting one operation gives up just that one, of whatever kind it is", async (world) => {
  const { definition, started } = endless();
  const choosy = orchestration("choosy", async (ctx) => {
    const abort = new AbortController();
    const outcomes = Object.values(everything(ctx, abort.signal)).map(nameOf);
    const kept = ctx.waitForEvent("kept");
    await ctx.receive("abort");
    abort.abort(new Error("not needed"));
    return [await Promise.all(outcomes), await kept];
  });
  await world.start({ orchestrations: [choosy, waiting], activities: [definition] });
  const handle = await world.client.start(choosy, undefined, { instanceId: "c" });
  const signal = await started;
  await untilStatus(world, "child", "running");
  assert.deepEqual([rows(world, "work"), rows(world, "timers")], [1, 3]);
  await handle.send("abort", null);
  await untilRecorded(world, "c", "OperationCancelled", 5);
  assert.deepEqual([rows(world, "work"), rows(world, "timers")], [0, 0]);
  await world.until("the activity is aborted", () => signal.aborted);
  await untilStatus(world, "child", "cancelled");
  await handle.raiseEvent("kept", "still here");
  assert.deepEqual(await handle.result({ timeout: "10s" }), [Array(5).fill("AbortError"), "still here"]);
  const events = await checkHistories(world.client, "c");
  const causes = events.flatMap((one) => (one.kind === "OperationCancelled" ? [one.cause] : []));
  assert.deepEqual(causes, Array(5).fill("signal"));
});

inEveryMode(
  "the loser of a race is given up by aborting it, and what it still sends changes nothing",
  async (world) => {
    const { definition, started } = endless();
    const racing = orchestration("racing", async (ctx) => {
      const abort = new AbortController();
      const slow = ctx.activity(definition, undefined, { signal: abort.signal });
      const winner = await Promise.race([slow, ctx.receive(numbers)]);
      abort.abort();
      return [winner, await nameOf(slow), await ctx.receive(numbers)];
    });
    await world.start({ orchestrations: [racing], activities: [definition] });
    const handle = await world.client.start(racing, undefined, { instanceId: "r" });
    const signal = await started;
    await handle.send(numbers, 1);
    await world.until("the activity is aborted", () => signal.aborted);
    assert.equal(rows(world, "work"), 0);
    await handle.send(numbers, 2);
    assert.deepEqual(await handle.result({ timeout: "10s" }), [1, "AbortError", 2]);
    assert.ok(!(await kindsOf(world, "r")).includes("ActivityCompleted"));
  },
);

inEveryMode("what is scheduled and given up in one turn leaves nothing behind but history", async (world) => {
  const { client } = world;
  let runs = 0;
  const counted = activity("endless", () => (runs += 1));
  const fickle = orchestration("fickle", async (ctx) => {
    const abort = new AbortController();
    const outcomes = Object.values(everything(ctx, abort.signal)).map(nameOf);
    abort.abort();
    ctx.setCustomStatus(await Promise.all(outcomes));
    return ctx.receive("end");
  });
  await world.start({ orchestrations: [fickle, waiting], activities: [counted] });
  const handle = await client.start(fickle, undefined, { instanceId: "f" });
  await untilRecorded(world, "f", "OperationCancelled", 5);
  const tables = ["work", "timers", "messages"].map((table) => rows(world, table));
  assert.deepEqual([...tables, rows(world, "instances")], [0, 0, 0, 1]);
  assert.deepEqual((await handle.status()).customStatus, Array(5).fill("AbortError"));
  await handle.send("end", null);
  await handle.result({ timeout: "10s" });
  assert.equal(runs, 0);
  assert.equal((await errorOf(client.getStatus("child"))).code, "INSTANCE_NOT_FOUND");
});

inEveryMode("an operation with a signal that is aborted already is never scheduled", async (world) => {
  const late = orchestration("late", (ctx) => {
    return Promise.all(Object.values(everything(ctx, AbortSignal.abort())).map(nameOf));
  });
  await world.start({ orchestrations: [late, waiting] });
  const handle = await world.client.start(late, undefined, { instanceId: "l" });
  assert.deepEqual(await handle.result({ timeout: "10s" }), Array(5).fill("AbortError"));
  assert.deepEqual(await kindsOf(world, "l"), ["OrchestrationStarted", "OrchestrationCompleted"]);
});

inEveryMode(
  "one that is cancelled before its first turn is cancelled, and nothing of it is ever done",
  async (world) => {
    let runs = 0;
    const counted = activity("endless", () => (runs += 1));
    const late = orchestration("late", async (ctx) => {
      await Promise.all(Object.values(everything(ctx)));
    });
    const handle = await world.client.start(late, undefined, { instanceId: "l" });
    await handle.cancel("changed my mind");
    await world.start({ orchestrations: [late, waiting], activities: [counted] });
    const error = await errorOf(handle.result({ timeout: "10s" }));
    assert.ok(error instanceof CancelledError && error.reason === "changed my mind");
    await untilStatus(world, "l", "cancelled");
    const tables = ["work", "timers", "messages"].map((table) => rows(world, table));
    assert.deepEqual([...tables, rows(world, "instances")], [0, 0, 0, 1]);
    assert.equal(runs, 0);
  },
);

inEveryMode("to cancel or terminate what has ended does nothing", async (world) => {
  const quick = orchestration("quick", () => "done");
  await world.start({ orchestrations: [quick] });
  const handle = await world.client.start(quick, undefined, { instanceId: "q" });
  assert.equal(await handle.result({ timeout: "10s" }), "done");
  const before = [await handle.status(), await historyOf(world, "q")];
  await handle.cancel();
  await handle.terminate();
  assert.deepEqual([await handle.status(), await historyOf(world, "q")], before);
  assert.equal(rows(world, "messages"), 0);
});

inEveryMode("a receive that was aborted or timed out never swallows a later message", async (world) => {
  const patient = orchestration("patient", async (ctx) => {
    const abort = new AbortController();
    const aborted = nameOf(ctx.receive(numbers, { signal: abort.signal }));
    const timedOut = nameOf(ctx.receive(numbers, { timeout: 1 }));
    await timedOut;
    abort.abort();
    ctx.setCustomStatus([await aborted, await timedOut]);
    await ctx.waitForEvent("read");
    return [await ctx.receive(numbers), await ctx.receive(numbers)];
  });
  await world.start({ orchestrations: [patient] });
  const handle = await world.client.start(patient, undefined, { instanceId: "p" });
  await untilRecorded(world, "p", "EventWaitOpened");
  assert.deepEqual((await handle.status()).customStatus, ["AbortError", "TimeoutError"]);
  await handle.send(numbers, 1);
  await handle.send(numbers, 2);
  await untilRecorded(world, "p", "MessageArrived", 2);
  await handle.raiseEvent("read");
  assert.deepEqual(await handle.result({ timeout: "10s" }), [1, 2]);
});

inEveryMode("giving up is a decision in history: code that no longer does it is found out", async (world) => {
  const giving = (isGivenUp: boolean) =>
    orchestration("giving", async (ctx) => {
      const abort = new AbortController();
      const given = nameOf(ctx.waitForEvent(never, { signal: abort.signal }));
      if (isGivenUp) abort.abort();
      await ctx.receive(numbers);
      return given;
    });
  const node = await world.start({ orchestrations: [giving(true)] });
  const handle = await world.client.start(giving(true), undefined, { instanceId: "g" });
  await untilRecorded(world, "g", "ReceiveOpened");
  await node.stop();
  await world.start({ orchestrations: [giving(false)] });
  await handle.send(numbers, 1);
  const error = await errorOf(handle.result({ timeout: "10s" }));
  assert.ok(error instanceof NondeterminismError);
  assert.equal(error.expected, "giving up operation 2 by its signal");
  assert.equal(error.eventId, 3);
});
