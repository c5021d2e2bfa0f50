import type { InstanceRecord, Provider } from "../providers/contract.ts";
import type { ClientContext } from "./client-context.ts";
import { type InstanceSummary, summaryOf } from "./instance-summary.ts";
import { readInstance } from "./read-instance.ts";

/** An instance with its children, theirs, and so on. */
export interface InstanceFamily extends InstanceSummary {
  /** Oldest first. */
  readonly children: readonly InstanceFamily[];
}

export async function getTree({ provider }: ClientContext, instanceId: string): Promise<InstanceFamily> {
  return await familyOf(provider, await readInstance(provider, instanceId));
}

async function familyOf(provider: Provider, record: InstanceRecord): Promise<InstanceFamily> {
  const records = await provider.listChildren(record.instanceId, record.runId);
  const children: InstanceFamily[] = [];
  // One after the other: a family may have thousands of members, and this is for a person to look at.
  for (const child of records) children.push(await familyOf(provider, child));
  return { ...summaryOf(record), children };
}
