import { mailbox, orchestration } from "../../../src/definition/index.ts";
import { scenario } from "../scenario.ts";

const numbers = mailbox<number>("numbers");

interface Sum {
  readonly left: number;
  readonly sum: number;
}

/** Sums up messages, one in each execution; what it has not received goes along, and so do its state and status. */
const sums1 = orchestration("sums", { version: "1.0.0" }, async (ctx, { left, sum }: Sum): Promise<unknown> => {
  ctx.state.set(`execution ${ctx.executionId}`, { sum, random: ctx.random() });
  ctx.setCustomStatus(`${left} left`);
  const next = sum + (await ctx.receive(numbers));
  await ctx.sleep("1h");
  if (left === 4) return ctx.continueAsNew({ left: left - 1, sum: next }, { version: "2.0.0" });
  return ctx.continueAsNew({ left: left - 1, sum: next });
});

const sums2 = orchestration("sums", { version: "2.0.0" }, async (ctx, { left, sum }: Sum): Promise<unknown> => {
  const next = sum + (await ctx.receive(numbers));
  if (left > 1) return ctx.continueAsNew({ left: left - 1, sum: next });
  return { sum: next, keys: ctx.state.list(), version: ctx.version, executionId: ctx.executionId };
});

/** A child that continues as new answers its parent all the same. */
const asker = orchestration("asker", async (ctx) => {
  return ctx.subOrchestration(sums1, { left: 4, sum: 0 }, { instanceId: "sums-1", version: "1.0.0" });
});

export const recorded = scenario({
  orchestrations: [asker, sums1, sums2],
  async run(env) {
    const handle = await env.start(asker, undefined, { instanceId: "asker-1" });
    await env.settle();
    for (const number of [1, 2, 4]) await env.client.send("sums-1", numbers, number);
    await env.advance("3h");
    await env.client.send("sums-1", numbers, 8);
    await handle.result();
    return ["asker-1"];
  },
});
