import { activity, orchestration } from "../../../src/definition/index.ts";
import type { MakeScenario } from "./scenario.ts";

/** Cancelled while an activity and a child are under way; both sides clean up after themselves. */
export const cancel: MakeScenario = (effect) => {
  const hold = activity("hold", (ctx) => {
    effect(ctx, { name: "hold" });
    return new Promise<never>((_resolve, reject) => {
      ctx.signal.addEventListener("abort", () => reject(ctx.signal.reason as Error));
    });
  });
  const tidy = activity("tidy", (ctx) => effect(ctx));
  const helper = orchestration("helper", async (ctx) => {
    try {
      await ctx.waitForEvent("never");
    } finally {
      await ctx.activity(tidy);
    }
  });
  const holder = orchestration("holder", async (ctx) => {
    try {
      await Promise.all([ctx.activity(hold), ctx.subOrchestration(helper, undefined, { instanceId: "helper" })]);
    } finally {
      await ctx.activity(tidy);
    }
  });
  return {
    orchestrations: [holder, helper],
    activities: [hold, tidy],
    script: [
      (client) => client.start(holder, undefined, { instanceId: "holder" }),
      async (client, ledger) => {
        await ledger.begun("hold");
        await client.cancel("holder", "no longer needed");
      },
    ],
    roots: ["holder", "helper"],
  };
};
