/** A tool that the model wants to have used. */
export interface ToolCall {
  readonly tool: "look-up-order" | "refund";
  readonly order: string;
  readonly amount?: number;
}

export type Message =
  | { readonly from: "customer"; readonly text: string }
  | { readonly from: "model"; readonly call: ToolCall }
  | { readonly from: "tool"; readonly text: string };

/** What a model answers: a text for the customer, or a tool to be used first. */
export type Reply = { readonly say: string } | { readonly call: ToolCall };

/**
 * Stands for a language model. A real one need not say the same twice: its answer is recorded, and never asked for
 * again.
 */
export function modelReply(conversation: readonly Message[]): Reply {
  const order = /order (\d+)/.exec(JSON.stringify(conversation[0]))?.[1] ?? "unknown";
  const last = conversation.at(-1);
  if (last?.from !== "tool") return { call: { tool: "look-up-order", order } };
  const paid = /paid (\d+)/.exec(last.text)?.[1];
  if (paid !== undefined) return { call: { tool: "refund", order, amount: Number(paid) } };
  if (last.text.startsWith("refunded")) return { say: `I am sorry about that. We have ${last.text}.` };
  return { say: `I am sorry, but I cannot refund order ${order}: ${last.text}.` };
}
