import { channel } from "node:diagnostics_channel";
import { orchestration } from "../../../src/definition/index.ts";
import { scenario } from "../scenario.ts";

const child = orchestration("child", async (ctx) => ctx.executionId);

/** Telemetry has left the trace that it was started in. */
const traced = orchestration("traced", async (ctx): Promise<unknown> => {
  const result = await ctx.subOrchestration(child);
  return ctx.executionId === 2 ? result : ctx.continueAsNew();
});

export const recorded = scenario({
  orchestrations: [traced, child],
  async run(env) {
    const starts = channel("perdure:start");
    const mark = (message: unknown): void => {
      (message as { trace?: string }).trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    };
    starts.subscribe(mark);
    try {
      await (await env.start(traced, undefined, { instanceId: "traced-1" })).result();
    } finally {
      starts.unsubscribe(mark);
    }
    return ["traced-1"];
  },
});
