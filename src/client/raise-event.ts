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
  const inbound = inboundData("event", event, { value: data, limits: client.limits });
  const message = { kind: "EventRaised", name: inbound.name, ...inbound.data } as const;
  // It is not kept, so what was not received yet leaves it room: an event may be what makes the orchestration receive
  // it.
  const limit = { most: client.limits.mailboxDepth, takesRoom: false };
  await deliver(client, { instanceId, message, lane: "normal", ifEnded: "throw", inbound: limit });
}
