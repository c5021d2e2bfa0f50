import assert from "node:assert/strict";
import { activity, event, orchestration } from "../../src/definition/index.ts";
import { NonRetryableError } from "../../src/errors/index.ts";
import { historyOf, untilRecorded } from "../support/instances.ts";
import type { LogLine } from "../support/recording-logger.ts";
import { inEveryMode, type World } from "../support/world.ts";

const noop = activity("noop", () => null);

const linesOf = (world: World, instanceId: string): LogLine[] =>
  world.log.lines.filter(({ fields }) => fields["instanceId"] === instanceId);

inEveryMode("a line of an orchestration is written once, however often its function is replayed", async (world) => {
  const talker = orchestration("talker", async (ctx, round: number): Promise<string> => {
    ctx.log.info({ round }, "says hello");
    await ctx.activity(noop);
    ctx.log.warn("says one");
    await ctx.receive("go on");
    ctx.log.error(new Error("trouble"), "says two");
    await ctx.sleep(1);
    ctx.log.debug({ instanceId: "forged" }, "says three");
    return round === 2 ? "done" : ctx.continueAsNew(2);
  });
  const first = await world.start({ orchestrations: [talker], activities: [noop] });
  const handle = await world.client.start(talker, 1, { instanceId: "t" });
  await untilRecorded(world, "t", "ReceiveOpened");
  await first.stop();
  await world.start({ orchestrations: [talker], activities: [noop] });
  await handle.send("go on");
  await handle.send("go on");
  assert.equal(await handle.result({ timeout: "10s" }), "done");
  const said = linesOf(world, "t").filter(({ message }) => message.startsWith("says"));
  assert.deepEqual(
    said.map(({ level, message, fields }) => [level, message, fields["executionId"]]),
    [1, 2].flatMap((executionId) => [
      ["info", "says hello", executionId],
      ["warn", "says one", executionId],
      ["error", "says two", executionId],
      ["debug", "says three", executionId],
    ]),
  );
  assert.equal(said[0]?.fields["round"], 1);
  assert.match(String(said[2]?.fields["err"]), /^Error: trouble/);
});

inEveryMode("a line of an activity says what it is of, on every attempt", async (world) => {
  const chatty = activity("chatty", { retry: { maxAttempts: 2, initialInterval: 1 } }, (ctx) => {
    ctx.log.info({ step: ctx.attempt }, "at work");
    if (ctx.attempt === 1) throw new Error("once more");
  });
  const caller = orchestration("caller", (ctx) => ctx.activity(chatty));
  await world.start({ orchestrations: [caller], activities: [chatty] });
  await (await world.client.start(caller, undefined, { instanceId: "c" })).result({ timeout: "10s" });
  const [first, second, ...more] = world.log.find("at work").map(({ fields }) => fields);
  const { activityId } = first ?? {};
  assert.equal(typeof activityId, "string");
  const same = { instanceId: "c", executionId: 1, activityId, activity: "chatty" };
  assert.deepEqual([first, second, more], [{ ...same, attempt: 1, step: 1 }, { ...same, attempt: 2, step: 2 }, []]);
  const [retried] = world.log.find("activity to be retried");
  assert.equal(retried?.level, "info");
  assert.equal((retried.fields["err"] as Error).message, "once more");
  assert.equal(retried.fields["delayMs"], 1);
});

// About the node, not about one instance.
const nodeLines = ["node started", "node stopped", "timers fired"];

inEveryMode("every line about an instance says which, and which execution; every error is in err", async (world) => {
  const broken = activity("broken", () => {
    throw new NonRetryableError("for good");
  });
  const child = orchestration("child", async (ctx) => ctx.activity(broken));
  const busy = orchestration("busy", async (ctx, round: number): Promise<unknown> => {
    ctx.log.info("goes on");
    await ctx.subOrchestration(child).catch(() => null);
    await ctx.sleep(1);
    await ctx.waitForEvent("poke", { timeout: 1 }).catch(() => null);
    await ctx.receive("m");
    return round === 1 ? ctx.continueAsNew(2) : "done";
  });
  const node = await world.start({ orchestrations: [busy, child], activities: [broken] });
  const handle = await world.client.start(busy, 1, { instanceId: "b" });
  await handle.raiseEvent(event("unheard"), null);
  await handle.send("m");
  await handle.send("m");
  assert.equal(await handle.result({ timeout: "10s" }), "done");
  await node.stop();
  assert.ok(world.log.lines.length > 20);
  for (const { message, fields, level } of world.log.lines) {
    assert.equal(Object.hasOwn(fields, "error"), false, message);
    assert.equal(Object.hasOwn(fields, "name"), false, `${message}: pino takes that for the logger's name`);
    if (nodeLines.includes(message)) continue;
    assert.equal(typeof fields["instanceId"], "string", `${level} ${message}`);
    assert.equal(typeof fields["executionId"], "number", `${level} ${message}`);
    if (message.startsWith("activity")) assert.equal(typeof fields["activityId"], "string", message);
  }
  assert.ok(
    world.log.find("activity failed").every(({ level, fields }) => level === "warn" && fields["err"] instanceof Error),
  );
  assert.equal(world.log.find("activity failed").length, 2);
});

/** The events that a line prints, as number and kind. */
function printed({ fields }: LogLine): string[] {
  const { history = "" } = fields as { readonly history?: string };
  return history
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.trim().split(/\s+/))
    .map(([eventId, at, kind]) => {
      assert.ok(!Number.isNaN(Date.parse(at ?? "")));
      return `${eventId} ${kind}`;
    });
}

inEveryMode("at level debug the lines of the turns together are the history", async (world) => {
  const stepwise = orchestration("stepwise", async (ctx) => {
    for (let step = 0; step < 3; step += 1) {
      await Promise.all([ctx.activity(noop), ctx.sleep(1)]);
      ctx.setCustomStatus(step);
    }
    await ctx.receive("go on");
  });
  await world.start({ orchestrations: [stepwise], activities: [noop] });
  const handle = await world.client.start(stepwise, undefined, { instanceId: "s" });
  await handle.send("go on");
  await handle.result({ timeout: "10s" });
  const recorded = (await historyOf(world, "s")).map(({ eventId, kind }) => `${eventId} ${kind}`);
  const lines = linesOf(world, "s");
  assert.deepEqual(lines.filter(({ message }) => message.startsWith("turn: ")).flatMap(printed), recorded);
  for (const line of lines.filter(({ message }) => message.startsWith("replayed"))) {
    const events = printed(line);
    assert.equal(line.message, `replayed ${events.length} events`);
    assert.deepEqual(events, recorded.slice(0, events.length));
  }
});

inEveryMode("what the dispatchers decide about an instance can be read in order", async (world) => {
  const short = orchestration("short", (ctx) => ctx.activity(noop));
  await world.start({ orchestrations: [short], activities: [noop] });
  await (await world.client.start(short, undefined, { instanceId: "s" })).result({ timeout: "10s" });
  await world.until("it is over", () =>
    linesOf(world, "s").some(({ message }) => message === "orchestration completed"),
  );
  const messages = linesOf(world, "s").map(({ message }) => message);
  const isHydrated = world.mode.options.dehydrateAfter !== 0;
  const isFused = isHydrated && world.mode.options.fuseTurns !== false;
  assert.deepEqual(messages, [
    "claimed",
    "turn: 2 events after event 0",
    "activity started",
    "activity completed",
    ...(isFused ? [] : isHydrated ? ["messages for a hydrated instance"] : ["claimed", "replayed 2 events"]),
    "turn: 2 events after event 2",
    "orchestration completed",
  ]);
  const [claimed, turn, started] = linesOf(world, "s").map(({ fields }) => fields);
  const { nodeId, epoch, claims, events, messages: count, orchestration: which } = claimed ?? {};
  assert.equal(typeof nodeId, "string");
  assert.deepEqual([epoch, claims, events, count, which], [1, 1, 0, 1, "short@1.0.0"]);
  assert.deepEqual([turn?.["messages"], turn?.["work"], turn?.["orchestration"]], [1, 1, "short@1.0.0"]);
  assert.deepEqual([started?.["activity"], started?.["queue"], started?.["delivery"]], ["noop", "default", 1]);
});

inEveryMode("how an instance ends is a line, the more severe the less it was meant", async (world) => {
  const ending = orchestration("ending", async (ctx, how: string) => {
    if (how === "throw") throw new Error("meant to");
    for (let n = 0; how === "flood"; n += 1) await ctx.sleep(n);
    if (how !== "return") await ctx.receive("never");
  });
  await world.start({ orchestrations: [ending], limits: { events: 20 } });
  const ends = [
    ["return", "debug", "orchestration completed", undefined],
    ["throw", "warn", "orchestration failed", /^Error: meant to/],
    ["cancel", "info", "orchestration cancelled", undefined],
    ["terminate", "info", "orchestration terminated", undefined],
    ["flood", "error", "orchestration failed", /^LimitExceededError: /],
  ] as const;
  for (const [how, level, message, error] of ends) {
    const handle = await world.client.start(ending, how, { instanceId: how });
    if (how === "cancel" || how === "terminate") {
      await untilRecorded(world, how, "ReceiveOpened");
      await handle[how]("enough");
    }
    await handle.result({ timeout: "10s" }).catch(() => undefined);
    const line = await world.until("its end is logged", () => linesOf(world, how).find((l) => l.message === message));
    assert.deepEqual([line.level, line.fields["orchestration"]], [level, "ending@1.0.0"]);
    if (error === undefined) assert.equal(line.fields["err"], undefined);
    else assert.match(String(line.fields["err"]), error);
    if (level === "info") assert.match(String(line.fields["reason"]), /enough/);
  }
});
