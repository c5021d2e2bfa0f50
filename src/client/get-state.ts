import { InstanceNotFoundError } from "../errors/index.ts";
import { checkInstanceId, decodeValue } from "../values/index.ts";
import type { ClientContext } from "./client-context.ts";

export async function getState({ provider }: ClientContext, instanceId: string): Promise<ReadonlyMap<string, unknown>> {
  checkInstanceId(instanceId, "instanceId");
  const rows = await provider.readState(instanceId);
  if (rows === null) throw new InstanceNotFoundError(instanceId);
  return new Map(rows.map(({ key, payload }) => [key, decodeValue(payload)]));
}
