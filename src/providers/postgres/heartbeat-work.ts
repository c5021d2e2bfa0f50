import type { WorkFence } from "../contract.ts";
import type { Store } from "./store.ts";

export async function heartbeatWork(
  { db, carriers }: Store,
  nodeId: string,
  { id, delivery, instance }: WorkFence,
  details: string | null,
): Promise<boolean> {
  const row = await db.call<{ heartbeat_work: boolean }>(
    "heartbeat_work",
    nodeId,
    id,
    delivery,
    instance ?? null,
    details,
  );
  if (details !== null) carriers.isEmpty(instance);
  return row.heartbeat_work;
}
