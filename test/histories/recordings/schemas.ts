import { activity, event, mailbox, orchestration, type Schema } from "../../../src/definition/index.ts";
import { scenario } from "../scenario.ts";

/** Takes an amount as text, and gives it as a number. */
const amount: Schema<{ cents: number }, { cents: string }> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) => {
      const { cents } = (value ?? {}) as { cents?: unknown };
      if (typeof cents === "string" && /^\d+$/.test(cents)) return { value: { cents: Number(cents) } };
      return { issues: [{ message: "expected digits", path: ["cents"] }] };
    },
  },
};

const double = activity("double", { input: amount }, (_ctx, { cents }) => cents * 2);
const payments = mailbox("payments", amount);
const paid = event("paid", amount);
const child = orchestration("child", { input: amount }, async (ctx, { cents }) =>
  ctx.activity(double, { cents: `${cents}` }),
);

/** What a schema has seen where it was sent is marked; what it has not is checked where it arrives. */
const pay = orchestration("pay", { input: amount }, async (ctx, { cents }) => {
  const marked = await ctx.receive(payments);
  const unmarked = await ctx.receive(payments);
  const wrong = await ctx.receive(payments).catch((error: Error) => error.name);
  const raised = await ctx.waitForEvent(paid);
  const [one, two] = [
    await ctx.subOrchestration(child, { cents: "3" }, { version: "1.0.0" }),
    await ctx.activity("double", { cents: "4" }),
  ];
  await ctx.startOrchestration(child, { cents: "5" }, { instanceId: "child-of-nobody", version: "1.0.0" });
  return [cents, marked, unmarked, wrong, raised, one, two];
});

export const recorded = scenario({
  orchestrations: [pay, child],
  activities: [double],
  async run(env) {
    const handle = await env.start(pay, { cents: "20" }, { instanceId: "pay-1" });
    await handle.send(payments, { cents: "1" });
    await handle.send("payments", { cents: "2" });
    await handle.send("payments", { cents: "a lot" });
    await env.settle();
    await handle.raiseEvent(paid, { cents: "7" });
    await handle.result();
    return ["pay-1", "child-of-nobody"];
  },
});
