import type { Mailbox } from "../definition/index.ts";
import { checkInstanceId } from "../values/index.ts";
import type { ClientContext } from "./client-context.ts";
import { deliver } from "./deliver.ts";
import { inboundData } from "./inbound-data.ts";

export async function send(
  client: ClientContext,
  instanceId: string,
  { mailbox, data }: { readonly mailbox: Mailbox<unknown> | string; readonly data: unknown },
): Promise<void> {
  checkInstanceId(instanceId, "instanceId");
  const inbound = inboundData("mailbox", mailbox, { value: data, limits: client.limits });
  const message = { kind: "MessageArrived", mailbox: inbound.name, ...inbound.data } as const;
  const limit = { most: client.limits.mailboxDepth, takesRoom: true };
  await deliver(client, { instanceId, message, lane: "normal", ifEnded: "throw", inbound: limit });
}
