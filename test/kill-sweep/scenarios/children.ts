import { activity, orchestration } from "../../../src/definition/index.ts";
import type { MakeScenario } from "./scenario.ts";

/** Children, a grandchild, a child that fails, and one that is started and left alone. */
export const children: MakeScenario = (effect) => {
  const count = activity("count", (ctx, text: string) => {
    effect(ctx);
    return text.length;
  });
  const leaf = orchestration("leaf", async (ctx, text: string) => {
    if (text === "") throw new Error("There is nothing to count.");
    return await ctx.activity(count, text);
  });
  const branch = orchestration("branch", async (ctx, text: string) => {
    return 10 * (await ctx.subOrchestration(leaf, text));
  });
  const family = orchestration("family", async (ctx) => {
    await ctx.startOrchestration(leaf, "alone", { instanceId: "detached" });
    const ends = await Promise.allSettled([
      ctx.subOrchestration(leaf, "one"),
      ctx.subOrchestration(branch, "three"),
      ctx.subOrchestration(leaf, "", { instanceId: "fails" }),
    ]);
    return ends.map((end) => (end.status === "fulfilled" ? end.value : (end.reason as Error).message));
  });
  return {
    orchestrations: [leaf, branch, family],
    activities: [count],
    script: [(client) => client.start(family, undefined, { instanceId: "family" })],
    roots: ["family", "detached"],
  };
};
