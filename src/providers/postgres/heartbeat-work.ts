import type { WorkFence } from "../contract.ts";
import type { Store } from "./store.ts";

export async function heartbeatWork(
  { db }: Store,
  nodeId: string,
  fence: WorkFence,
  details: string | null,
): Promise<boolean> {
  const row = await db.call<{ heartbeat_work: boolean }>("heartbeat_work", nodeId, fence.id, fence.delivery, details);
  return row.heartbeat_work;
}
