import assert from "node:assert/strict";
import { test } from "node:test";
import { completed, engineFor, fired, kinds, live, started } from "../support/replay-harness.ts";

test("a function becomes decisions, and its result the end of its history", async () => {
  const { history, last } = await live(
    async (ctx, name) => {
      const greeting = await ctx.activity("greet", name);
      return `${String(greeting)}!`;
    },
    [[started("Ada")], [completed(2, "Hello Ada")]],
  );
  assert.deepEqual(kinds(history), [
    "OrchestrationStarted",
    "ActivityScheduled",
    "ActivityCompleted",
    "OrchestrationCompleted",
  ]);
  assert.equal(last.outcome.kind, "ended");
  assert.deepEqual(history.at(-1), { kind: "OrchestrationCompleted", eventId: 4, at: 3000, payload: '"Hello Ada!"' });
});

test("replaying any prefix of a history leads to the same next decisions", async () => {
  const body = async (ctx: Parameters<Parameters<typeof live>[0]>[0]) => {
    const chain = async (name: string) => {
      const a = await ctx.activity(`${name}-1`);
      const b = await ctx.activity(`${name}-2`, a);
      return [a, b];
    };
    const raced = Promise.race([ctx.sleep("1s").then(() => "timer"), ctx.activity("slow")]);
    const all = await Promise.all([chain("x"), chain("y"), raced]);
    return all;
  };
  const turns = [
    [started()],
    [completed(5, "y1")],
    [fired(2), completed(4, "x1")],
    [completed(10, "x2"), completed(7, "y2")],
  ];
  const { history } = await live(body, turns);
  assert.equal(history.at(-1)?.kind, "OrchestrationCompleted");
  for (let cut = 1; cut < turns.length; cut += 1) {
    const prefix = (await live(body, turns.slice(0, cut))).history;
    const engine = engineFor(body);
    assert.deepEqual(await engine.replay(prefix), { kind: "waiting" });
    const rest = [];
    let at = 1_000 + cut * 1_000;
    for (const messages of turns.slice(cut)) rest.push(...(await engine.turn(messages, (at += 1_000))).events);
    assert.deepEqual([...prefix, ...rest], history);
  }
});
