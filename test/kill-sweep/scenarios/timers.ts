import { activity, mailbox, orchestration } from "../../../src/definition/index.ts";
import type { MakeScenario } from "./scenario.ts";

const never = mailbox<string>("never");

/** Timers side by side and one after the other, and a time limit that comes. */
export const timers: MakeScenario = (effect) => {
  const ring = activity("ring", (ctx, n: number) => {
    effect(ctx);
    return n;
  });
  const alarms = orchestration("alarms", async (ctx) => {
    const woken = await Promise.all([8, 1, 4].map((ms) => ctx.sleep(ms).then(() => ctx.activity(ring, ms))));
    const limit = await ctx.receive(never, { timeout: 5 }).catch((error: { code?: string }) => error.code);
    await ctx.sleepUntil(new Date(ctx.now() + 3));
    return [...woken, limit];
  });
  return {
    orchestrations: [alarms],
    activities: [ring],
    script: [(client) => client.start(alarms, undefined, { instanceId: "alarms" })],
    roots: ["alarms"],
  };
};
