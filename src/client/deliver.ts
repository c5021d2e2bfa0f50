import { InstanceEndedError, InstanceNotFoundError, MailboxFullError } from "../errors/index.ts";
import { encodeMessage, type Message } from "../history/index.ts";
import type { InboundLimit, MessageLane } from "../providers/contract.ts";
import type { ClientContext } from "./client-context.ts";

interface Delivery {
  readonly instanceId: string;
  readonly message: Message;
  readonly lane: MessageLane;
  readonly ifEnded: "throw" | "ignore";
  readonly inbound?: InboundLimit;
}

/** Puts a message into the queue of one instance. Throws `InstanceNotFoundError` when there is none. */
export async function deliver({ provider }: ClientContext, delivery: Delivery): Promise<void> {
  const { instanceId, message, lane, ifEnded, inbound } = delivery;
  const [outcome] = await provider.enqueue([
    { instanceId, lane, ...encodeMessage(message), ...(inbound !== undefined && { inbound }) },
  ]);
  if (outcome === "unknown") throw new InstanceNotFoundError(instanceId);
  if (outcome === "full") throw new MailboxFullError(instanceId);
  if (outcome === "ended" && ifEnded === "throw") throw new InstanceEndedError(instanceId);
}
