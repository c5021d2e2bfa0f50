import assert from "node:assert/strict";
import { test } from "node:test";
import { type Body, completed, engineFor, fired, kinds, live, raised, started } from "../support/replay-harness.ts";

test("an event goes to every wait that is open for it, and to no other", async () => {
  const body: Body = (ctx) =>
    Promise.all([ctx.waitForEvent("go"), ctx.waitForEvent("stop"), ctx.waitForEvent("go"), ctx.waitForEvent("go")]);
  const { history, turns } = await live(body, [[started()], [raised("go", { n: 1 })], [raised("stop", 2)]]);
  assert.deepEqual(
    turns[1]?.closed.map(({ eventId }) => eventId),
    [2, 4, 5],
  );
  assert.equal(kinds(history).filter((kind) => kind === "EventRaised").length, 2);
  assert.deepEqual(JSON.parse((history.at(-1) as { payload: string }).payload), [{ n: 1 }, 2, { n: 1 }, { n: 1 }]);
});

test("each wait gets a value of its own", async () => {
  const body: Body = async (ctx) => {
    const [one, other] = await Promise.all([ctx.waitForEvent<{ n: number }>("go"), ctx.waitForEvent<object>("go")]);
    one.n = 2;
    return other;
  };
  const { history } = await live(body, [[started()], [raised("go", { n: 1 })]]);
  assert.equal((history.at(-1) as { payload: string }).payload, '{"n":1}');
});

test("an event that nobody waits for is dropped with the reason, and not kept for later", async () => {
  const body: Body = async (ctx) => {
    await ctx.activity("first");
    return ctx.waitForEvent("go");
  };
  const { history, turns, last } = await live(body, [[started()], [raised("go", 1), completed(2)], [raised("go", 2)]]);
  assert.deepEqual(turns[1]?.dispositions, [{ dropped: 'no wait for event "go" is open' }, "recorded"]);
  assert.deepEqual(last.outcome, { kind: "ended", event: history.at(-1) });
  assert.equal((history.at(-1) as { payload: string }).payload, "2");
});

test("an event that only comes after its wait was opened in the same batch is not dropped", async () => {
  const body: Body = async (ctx) => {
    await ctx.activity("first");
    return ctx.waitForEvent("go");
  };
  const { last } = await live(body, [[started(), completed(2), raised("go", 1)]]);
  assert.deepEqual(last.dispositions, ["recorded", "recorded", "recorded"]);
});

test("a wait that was aborted, or whose time ran out, is not open any more", async () => {
  const body: Body = async (ctx) => {
    const controller = new AbortController();
    const waits = [
      ctx.waitForEvent("go", { signal: controller.signal }),
      ctx.waitForEvent("go", { timeout: "1s" }),
      ctx.sleep("1h"),
    ];
    controller.abort();
    await Promise.allSettled(waits);
  };
  const { history, last } = await live(body, [[started()], [fired(3)], [raised("go", 1)]]);
  assert.deepEqual(last.dispositions, [{ dropped: 'no wait for event "go" is open' }]);
  assert.deepEqual(await engineFor(body).replay(history), { kind: "waiting" });
});
