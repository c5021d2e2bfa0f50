import { checkInstanceId } from "../values/index.ts";
import type { ClientContext } from "./client-context.ts";
import { deliver } from "./deliver.ts";
import { reasonField } from "./reason.ts";

export async function terminate(client: ClientContext, instanceId: string, reason?: string): Promise<void> {
  checkInstanceId(instanceId, "instanceId");
  const message = { kind: "TerminateRequested", ...reasonField(reason) } as const;
  // Goes before all that waits, and to any node: also when the instance is in quarantine, or no node has its version.
  await deliver(client, { instanceId, message, lane: "ending", ifEnded: "ignore" });
}
