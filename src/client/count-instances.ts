import type { ClientContext } from "./client-context.ts";
import { type InstanceFilter, instanceFilter } from "./list-instances.ts";

export async function countInstances({ provider }: ClientContext, filter: InstanceFilter = {}): Promise<number> {
  return await provider.countInstances(instanceFilter(filter));
}
