import type { EventDefinition } from "../definition/index.ts";
import { checkInstanceId } from "../values/index.ts";
import type { ClientContext } from "./client-context.ts";
import { deliver } from "./deliver.ts";
import { inboundData } from "./inbound-data.ts";

export async function raiseEvent(
  client: ClientContext,
  instanceId: string,
  { event, data }: { readonly event: EventDefinition<unknown> | string; readonly data: unknown },
): Promise<void> {
  checkInstanceId(instanceId, "instanceId");
  const inbound = inboundData("event", event, { value: data, payloadBytes: client.payloadBytes });
  const message = { kind: "EventRaised", name: inbound.name, ...inbound.data } as const;
  await deliver(client, { instanceId, message, lane: "normal", ifEnded: "throw" });
}
