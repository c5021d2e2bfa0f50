import assert from "node:assert/strict";
import { test } from "node:test";
import { LimitExceededError } from "../../src/errors/index.ts";
import type { EngineOptions, Outcome } from "../../src/replay/index.ts";
import { type Body, arrived, completed, live, started } from "../support/replay-harness.ts";

const limits: EngineOptions["limits"] = {
  payloadBytes: 1_000,
  events: 10,
  openOperations: 3,
  stateKeys: 5,
  nameBytes: 255,
  idBytes: 255,
  suggestContinueAfter: 5,
};

function exceeded(outcome: Outcome): string | undefined {
  return outcome.kind === "fault" && outcome.error instanceof LimitExceededError ? outcome.error.limit : undefined;
}

test("an execution whose history grows beyond the limit is faulted, and the error says what to do", async () => {
  const body: Body = async (ctx) => {
    for (;;) await ctx.activity("again");
  };
  const turns = [[started()], ...[2, 4, 6, 8].map((id) => [completed(id)])];
  const { last } = await live(body, turns, { limits });
  assert.deepEqual(last.outcome, { kind: "waiting" });
  const { last: next } = await live(body, [...turns, [completed(10)]], { limits });
  assert.equal(exceeded(next.outcome), "events");
  assert.match(next.outcome.kind === "fault" ? next.outcome.error.message : "", /continueAsNew/);
});

test("a function may still end, or continue as new, at its limit of events", async () => {
  const ends: Body[] = [async () => "done", (ctx) => ctx.continueAsNew()];
  for (const end of ends) {
    const body: Body = async (ctx, input) => {
      for (let count = 0; count < 9; count += 1) ctx.setCustomStatus(count);
      await ctx.receive("box");
      return end(ctx, input);
    };
    const { last } = await live(body, [[started(), arrived("box", 1)]], { limits: { ...limits, events: 11 } });
    assert.equal(last.outcome.kind, "ended");
  }
});

test("messages that nobody receives do not end an execution that may still be about to end", async () => {
  const body: Body = (ctx) => ctx.activity("work");
  const flood = Array.from({ length: 50 }, (_, index) => arrived("box", index));
  const { turns, last } = await live(body, [[started()], flood, [completed(2)]], { limits });
  assert.deepEqual(turns[1]?.outcome, { kind: "waiting" });
  assert.equal(last.outcome.kind, "ended");
});

test("as many operations as allowed may be open at once, and no more", async () => {
  const open = (count: number): Body => {
    return (ctx) => Promise.all(Array.from({ length: count }, (_, index) => ctx.activity(`${index}`)));
  };
  const { last } = await live(open(3), [[started()]], { limits });
  assert.deepEqual(last.outcome, { kind: "waiting" });
  const { last: tooMany } = await live(open(4), [[started()]], { limits });
  assert.equal(exceeded(tooMany.outcome), "openOperations");
});

test("with as many operations open as allowed, what opens none is allowed", async () => {
  const body: Body = async (ctx) => {
    const controller = new AbortController();
    const { signal } = controller;
    const calls = [ctx.activity("a", 1, { signal }), ctx.activity("b"), ctx.activity("c")];
    ctx.setCustomStatus("busy");
    await ctx.startOrchestration("other");
    controller.abort();
    await Promise.allSettled([...calls, ctx.activity("d")]);
  };
  const { last } = await live(body, [[started()]], { limits });
  assert.deepEqual(last.outcome, { kind: "waiting" });
});
