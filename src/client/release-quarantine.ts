import { checkInstanceId } from "../values/index.ts";
import type { ClientContext } from "./client-context.ts";
import { readInstance } from "./read-instance.ts";

export async function releaseQuarantine({ provider }: ClientContext, instanceId: string): Promise<void> {
  checkInstanceId(instanceId, "instanceId");
  const isReleased = await provider.releaseQuarantine(instanceId);
  if (!isReleased) await readInstance(provider, instanceId);
}
