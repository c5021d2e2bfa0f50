import { InstanceNotFoundError } from "../errors/index.ts";
import type { InstanceRecord, Provider } from "../providers/contract.ts";
import { checkInstanceId } from "../values/index.ts";

/** The instance's record. Throws `InstanceNotFoundError` when there is none. */
export async function readInstance(provider: Provider, instanceId: string): Promise<InstanceRecord> {
  checkInstanceId(instanceId, "instanceId");
  const record = await provider.readInstance(instanceId);
  if (record === null) throw new InstanceNotFoundError(instanceId);
  return record;
}
