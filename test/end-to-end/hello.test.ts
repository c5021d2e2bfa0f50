import assert from "node:assert/strict";
import { activity, orchestration } from "../../src/definition/index.ts";
import { inEveryMode } from "../support/world.ts";

const greet = activity("greet", (_ctx, name: string) => `Hello ${name}`);
const hello = orchestration("hello", async (ctx, name: string) => {
  const first = await ctx.activity(greet, name);
  const second = await ctx.activity(greet, first);
  return `${second}!`;
});

inEveryMode("an orchestration runs its activities and gives its result", async (world) => {
  await world.start({ orchestrations: [hello], activities: [greet] });
  const handle = await world.client.start(hello, "Ada", { instanceId: "hello-1" });
  assert.equal(await handle.result({ timeout: "10s" }), "Hello Hello Ada!");
  const history = await world.client.getHistory("hello-1");
  assert.deepEqual(
    history.map(({ kind }) => kind),
    [
      "OrchestrationStarted",
      "ActivityScheduled",
      "ActivityCompleted",
      "ActivityScheduled",
      "ActivityCompleted",
      "OrchestrationCompleted",
    ],
  );
});
