import { CancelledError, InstanceEndedError, orchestration } from "../../src/index.ts";
import type { Kind, KindOf } from "./kind.ts";

/** An instance that would sleep for ever, with a child and an activity, until it is cancelled or terminated. */
function endedBy(how: "cancel" | "terminate"): KindOf {
  return ({ increment }) => {
    const sleeper = orchestration(`sleeper-${how}`, async (ctx) => {
      await ctx.sleep("1d");
    });
    const definition = orchestration(`ended-by-${how}`, async (ctx) => {
      try {
        const endless = { value: 0, ms: 60_000, isFirm: false };
        await Promise.all([ctx.sleep("1d"), ctx.subOrchestration(sleeper), ctx.activity(increment, endless)]);
      } catch (error) {
        if (error instanceof CancelledError)
          await ctx.activity(increment, { value: 1, ms: 5, isFirm: how === "cancel" });
        throw error;
      }
    });
    return {
      name: `ended-by-${how}`,
      orchestrations: [definition, sleeper],
      plan: () => ({ input: null, outcome: { status: how === "cancel" ? "cancelled" : "terminated" } }),
      interfere: ({ client, instanceId, insist }) => insist(() => end(client, instanceId)),
    } satisfies Kind;
  };

  // Asked again, because the answer was lost, it may have ended already.
  async function end(client: Parameters<NonNullable<Kind["interfere"]>>[0]["client"], instanceId: string) {
    try {
      await client[how](instanceId, "as planned");
    } catch (error) {
      if (!(error instanceof InstanceEndedError)) throw error;
    }
  }
}

export const cancelled = endedBy("cancel");
export const terminated = endedBy("terminate");
