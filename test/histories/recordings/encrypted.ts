import { aesGcmCodec } from "../../../src/codec/index.ts";
import { activity, mailbox, orchestration } from "../../../src/definition/index.ts";
import { scenario } from "../scenario.ts";

const keys = { "2026": Buffer.alloc(32, "a key that is no secret, in a test") };
const notes = mailbox<string>("notes");
const diagnose = activity("diagnose", async (_ctx, note: string) => {
  // Without a stack, which would say where this was recorded, where nobody can see it.
  if (note === "") throw Object.assign(new Error("nothing is known of Ada"), { stack: undefined });
  return `Ada: ${note}`;
});
const ward = orchestration("ward", async (ctx, note: string) => ctx.activity(diagnose, note));

/** What is in the store is encrypted, event by event, and bound to its place. */
const treatment = orchestration("treatment", async (ctx, patient: string) => {
  ctx.setCustomStatus({ patient });
  ctx.state.set("patient", { patient, since: new Date(ctx.now()) });
  const note = await ctx.receive(notes);
  const seen = await ctx.subOrchestration(ward, note, { instanceId: "ward-1" });
  const failed = await ctx.activity(diagnose, "").catch((error: Error) => error.message);
  return { patient, seen, failed };
});

export const recorded = scenario({
  orchestrations: [treatment, ward],
  activities: [diagnose],
  codec: aesGcmCodec({ keys, currentKey: "2026" }),
  async run(env) {
    const handle = await env.start(treatment, "Ada", { instanceId: "treatment-1" });
    await handle.send(notes, "all is well");
    await handle.result();
    return ["treatment-1"];
  },
});
