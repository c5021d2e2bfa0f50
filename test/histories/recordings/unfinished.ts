import { activity, mailbox, orchestration } from "../../../src/definition/index.ts";
import { scenario } from "../scenario.ts";

const approvals = mailbox<string>("approvals");
const note = activity("note", { retry: { maxAttempts: 3, initialInterval: "1d", jitter: 0 } }, async (ctx) => {
  if (ctx.attempt === 1) throw new Error("not today");
  return `noted at attempt ${ctx.attempt}`;
});
const helper = orchestration("helper", async (ctx) => {
  await ctx.sleep("2d");
  return "helped";
});

/** Is recorded in the middle: a message is not received yet, a timer runs, a child and a retry are on their way. */
const request = orchestration("request", async (ctx, what: string) => {
  ctx.state.set("what", what);
  const first = await ctx.receive(approvals);
  const open = [
    ctx.sleep("3d").then(() => "slept"),
    ctx.subOrchestration(helper, undefined, { instanceId: "helper-1" }),
    ctx.activity(note),
    ctx.receive<string>("other"),
  ];
  return [what, first, ...(await Promise.all(open)), await ctx.receive(approvals)];
});

export const recorded = scenario({
  orchestrations: [request, helper],
  activities: [note],
  async run(env) {
    const handle = await env.start(request, "a chair", { instanceId: "request-1" });
    for (const approval of ["Ada", "Grace"]) await handle.send(approvals, approval);
    await env.settle();
    return ["request-1"];
  },
});
