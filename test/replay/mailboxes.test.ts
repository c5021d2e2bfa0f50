import assert from "node:assert/strict";
import { test } from "node:test";
import { TimeoutError } from "../../src/errors/index.ts";
import { type Body, arrived, engineFor, fired, kinds, live, started } from "../support/replay-harness.ts";

/** The value that the function returned, or the history's kinds if it has not. */
async function resultOf(body: Body, turns: Parameters<typeof live>[1]): Promise<unknown> {
  const { history, last } = await live(body, turns);
  assert.deepEqual(await engineFor(body).replay(history), last.outcome);
  const end = history.at(-1);
  return end?.kind === "OrchestrationCompleted" ? JSON.parse(end.payload) : kinds(history);
}

test("messages of a mailbox are received in the order in which they arrived", async () => {
  const body: Body = async (ctx) => {
    const received: unknown[] = [];
    for (let count = 0; count < 5; count += 1) received.push(await ctx.receive("box"));
    return received;
  };
  const messages = [1, 2, 3, 4, 5].map((n) => arrived("box", n));
  assert.deepEqual(await resultOf(body, [[started()], ...messages.map((message) => [message])]), [1, 2, 3, 4, 5]);
  assert.deepEqual(await resultOf(body, [[started(), ...messages]]), [1, 2, 3, 4, 5]);
});

test("receives of a mailbox are served in the order in which they were called", async () => {
  const body: Body = (ctx) => Promise.all([ctx.receive("box"), ctx.receive("other"), ctx.receive("box")]);
  const turns = [[started()], [arrived("box", "first")], [arrived("box", "second")], [arrived("other", "x")]];
  assert.deepEqual(await resultOf(body, turns), ["first", "x", "second"]);
});

test("a message waits in its mailbox until it is received, however late that is", async () => {
  const body: Body = async (ctx) => {
    await ctx.sleep("1h");
    return [await ctx.receive("box"), await ctx.receive("box")];
  };
  const turns = [[started()], [arrived("box", 1)], [arrived("elsewhere", 0)], [arrived("box", 2)], [fired(2)]];
  assert.deepEqual(await resultOf(body, turns), [1, 2]);
});

test("a message that is there already needs no time limit, and so no timer", async () => {
  const body: Body = async (ctx) => {
    const first = ctx.receive("box", { timeout: "1m" });
    await ctx.receive("gate");
    return [await first, await ctx.receive("box", { timeout: "1m" })];
  };
  const turns = [[started()], [arrived("box", 1), arrived("box", 2)], [arrived("gate", 0)]];
  const { history } = await live(body, turns);
  const limits = history.flatMap((event) => (event.kind === "ReceiveOpened" ? [event.dueAt] : []));
  assert.deepEqual(limits, [2_000 + 60_000, undefined, undefined]);
});

test("a receive that was aborted gives its slot back, and swallows no message", async () => {
  const body: Body = async (ctx) => {
    const controller = new AbortController();
    const given = ctx.receive("box", { signal: controller.signal }).catch((error: Error) => error.name);
    const kept = ctx.receive("box");
    await ctx.receive("gate");
    controller.abort();
    return [await given, await kept, await ctx.receive("box")];
  };
  const turns = [[started()], [arrived("gate", 0)], [arrived("box", 1)], [arrived("box", 2)]];
  assert.deepEqual(await resultOf(body, turns), ["AbortError", 1, 2]);
});

test("a receive whose time ran out gives its slot back, and swallows no message", async () => {
  const body: Body = async (ctx) => {
    const given = ctx.receive("box", { timeout: "1s" }).catch((error: unknown) => error instanceof TimeoutError);
    const kept = ctx.receive("box");
    return [await given, await kept, await ctx.receive("box")];
  };
  const turns = [[started()], [fired(2)], [arrived("box", 1)], [arrived("box", 2)]];
  assert.deepEqual(await resultOf(body, turns), [true, 1, 2]);
});

test("a message that comes together with the end of the time goes to whoever is next", async () => {
  const body: Body = async (ctx) => {
    const first = await ctx.receive("box", { timeout: "1s" }).catch(() => "late");
    return [first, await ctx.receive("box")];
  };
  assert.deepEqual(await resultOf(body, [[started()], [fired(2), arrived("box", 1)]]), ["late", 1]);
  const { last } = await live(body, [[started()], [arrived("box", 1), fired(2)]]);
  assert.deepEqual(last.dispositions, ["recorded", { dropped: "its operation has ended before" }]);
});

test("unreceived messages are listed in the order of arrival over all mailboxes", async () => {
  const body: Body = async (ctx) => {
    await ctx.receive("b");
    await ctx.receive("a");
    await ctx.sleep("1h");
  };
  const arrivals = ["a", "b", "c", "a", "b", "c", "a"].map((mailbox, index) => arrived(mailbox, index));
  const { engine, history } = await live(body, [[started()], arrivals]);
  const left = (from: typeof engine) => from.unreceived().map(({ mailbox, payload }) => `${mailbox}${payload}`);
  assert.deepEqual(left(engine), ["c2", "a3", "b4", "c5", "a6"]);
  const replayed = engineFor(body);
  await replayed.replay(history);
  assert.deepEqual(left(replayed), ["c2", "a3", "b4", "c5", "a6"]);
});

test("ten thousand receives and as many messages cost no more than each one does", async () => {
  const size = 10_000;
  const body: Body = async (ctx) => {
    const names = Array.from({ length: size }, (_, index) => `box-${index % 100}`);
    const waits = names.map((name) => ctx.receive(name));
    await Promise.all(names.map((name) => ctx.receive(name)));
    return (await Promise.all(waits)).length;
  };
  const messages = Array.from({ length: 2 * size }, (_, index) => arrived(`box-${(index * 7) % 100}`, index));
  const begun = performance.now();
  assert.equal(await resultOf(body, [[started()], messages]), size);
  assert.ok(performance.now() - begun < 10_000);
});
