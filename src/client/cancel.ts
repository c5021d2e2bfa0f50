import { checkInstanceId } from "../values/index.ts";
import type { ClientContext } from "./client-context.ts";
import { deliver } from "./deliver.ts";
import { reasonField } from "./reason.ts";

export async function cancel(client: ClientContext, instanceId: string, reason?: string): Promise<void> {
  checkInstanceId(instanceId, "instanceId");
  const message = { kind: "CancelRequested", ...reasonField(reason) } as const;
  await deliver(client, { instanceId, message, lane: "normal", ifEnded: "ignore" });
}
