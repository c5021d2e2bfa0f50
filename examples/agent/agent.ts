import { appendFileSync } from "node:fs";
import { activity, ActivityError, mailbox, orchestration, type OrchestrationContext, TimeoutError } from "perdure";
import { type Message, modelReply, type Reply, type ToolCall } from "./model.ts";

/** What has really happened in the world: a line for every call of the model and of a tool. */
const journal = process.env["JOURNAL"] ?? "journal.txt";
const note = (line: string) => appendFileSync(journal, `${line}\n`);

export interface Approval {
  readonly isGranted: boolean;
  readonly by: string;
}

export const approvals = mailbox<Approval>("approvals");

const askModel = activity(
  "ask-model",
  { retry: { maxAttempts: 5 }, timeout: "2m" },
  async (_ctx, conversation: Message[]) => {
    note("the model is asked");
    // A power cut at the worst moment: the money is paid, and nobody has been told.
    const isRefunded = JSON.stringify(conversation.at(-1)).includes("refunded");
    if (process.env["POWER_CUT"] === "after the refund" && isRefunded) process.kill(process.pid, "SIGKILL");
    return modelReply(conversation);
  },
);

const lookUpOrder = activity("look-up-order", async (_ctx, { order }: ToolCall) => {
  note(`looks up order ${order}`);
  return order === "42" ? "a lamp, paid 40" : "a yacht, paid 90000";
});

const refund = activity("refund", { retry: { maxAttempts: 5 } }, async (_ctx, { order, amount }: ToolCall) => {
  note(`refunds ${amount} for order ${order}`); // A real one passes `ctx.idempotencyKey` to the bank.
  return `refunded ${amount} for order ${order}`;
});

const tools = { "look-up-order": lookUpOrder, refund };
export const activities = [askModel, lookUpOrder, refund];

const maxSteps = 20;

/** A conversation is a local variable. It survives, because everything that was ever added to it is in the history. */
export const agent = orchestration("agent", async (ctx, text: string) => {
  const conversation: Message[] = [{ from: "customer", text }];
  for (let step = 0; step < maxSteps; step++) {
    const reply: Reply = await ctx.activity(askModel, conversation);
    if ("say" in reply) return reply.say;
    conversation.push({ from: "model", call: reply.call }, { from: "tool", text: await useTool(ctx, reply.call) });
  }
  throw new Error(`The model came to no end within ${maxSteps} steps.`);
});

/** Whatever becomes of a tool is something that the model can be told. */
async function useTool(ctx: OrchestrationContext, call: ToolCall): Promise<string> {
  try {
    if (call.tool === "refund") {
      ctx.setCustomStatus({ waitsFor: "approval", call });
      const { isGranted, by } = await ctx.receive(approvals, { timeout: "1d" });
      ctx.setCustomStatus(null);
      if (!isGranted) return `${by} refuses`;
    }
    return await ctx.activity(tools[call.tool], call);
  } catch (error) {
    if (error instanceof TimeoutError) return "nobody has approved it";
    if (error instanceof ActivityError) return `it failed: ${error.message}`;
    throw error;
  }
}
