import { activity, orchestration } from "../../../src/definition/index.ts";
import { scenario } from "../scenario.ts";

const pack = activity("pack", async (_ctx, what: string) => `${what}, packed`);
const print = activity(
  "print",
  { queue: "printers", scheduleToStart: "1h", timeout: "30s" },
  async (_ctx, text: string) => text.length,
);
const weigh = activity("weigh", { retry: { maxAttempts: 3 } }, async () => ({ grams: 1_250, parts: [1_000, 250] }));
const announce = activity("announce", async () => undefined);

/** Calls in a row, and every option that a call can have. */
const parcel = orchestration("parcel", async (ctx, what: string) => {
  const packed = await ctx.activity(pack, what);
  const label = await ctx.activity(print, packed);
  const weight = await ctx.activity(weigh, undefined, {
    retry: { maxAttempts: 5, initialInterval: "2s", backoff: 3, maxInterval: "1m", jitter: 0, nonRetryable: ["NONE"] },
    attemptTimeout: "10s",
    scheduleToClose: "5m",
    timeout: "1h",
    session: `scales of ${ctx.instanceId}`,
  });
  const byName = await ctx.activity<string>("pack", "the invoice");
  await ctx.activity(announce);
  return { packed, label, weight, byName };
});

export const recorded = scenario({
  orchestrations: [parcel],
  activities: [pack, print, weigh, announce],
  async run(env) {
    await (await env.start(parcel, "a lamp", { instanceId: "parcel-1" })).result();
    return ["parcel-1"];
  },
});
